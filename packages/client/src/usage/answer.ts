/** What a control plane said of each event of a batch. Pure. */
import { parseJson } from '../key-ring.ts';
import type { HttpAnswer } from '../platform.ts';

export interface ItemOutcome {
  readonly outcome: 'counted' | 'duplicate' | 'rejected';
  /** Why it was rejected. */
  readonly code?: string;
  readonly field?: string;
  readonly found?: string;
  readonly expected?: string;
}

const OUTCOMES: readonly unknown[] = ['counted', 'duplicate', 'rejected'];

/** One outcome for each of `count` events; null where the answer is anything else, and then nothing of it is believed. */
export function outcomesIn({ status, body }: HttpAnswer, count: number): readonly ItemOutcome[] | null {
  if (status !== 200) return null;
  const { items } = (parseJson(body) ?? {}) as { readonly items?: unknown };
  if (!Array.isArray(items) || items.length !== count) return null;
  return items.every((item: unknown) => OUTCOMES.includes((item as ItemOutcome | null)?.outcome)) ? items : null;
}
