/** When an agent was last heard of, and what it said of itself. */
import type { AgentState, Instant, Write } from '@glidepath/core';

/** `said` null: it said nothing new of itself. */
export function stateWrite(
  known: AgentState | null,
  id: string,
  now: Instant,
  said: { readonly version: string; readonly dropped: number } | null,
): Write {
  const { version, dropped } = said ?? known ?? { version: 'unknown', dropped: 0 };
  if (known === null) return { op: 'insert', table: 'agentState', row: { id, seenAt: now, version, dropped, revision: 0 } };
  return { op: 'update', table: 'agentState', id, revision: known.revision, set: { seenAt: now, version, dropped } };
}
