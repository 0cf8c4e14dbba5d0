/**
 * What would fail at the next restart or for the next user, as far as a snapshot of FlexLM tells.
 *
 * FlexLM lets running programs keep what they checked out: a license that ended, or a lost member of three, shows only when
 * somebody starts anew. Sentences do not depend on the instant asked about, so that the same risk is recognised at another.
 */
import type { Instant, LatentRisk, ServerReading, Snapshot } from '@glidepath/core';
import { latentSeatsAt } from '../text/index.ts';

type Risk = Omit<LatentRisk, 'from'>;

/** What would fail if it were done at `at`. */
export function latentAt(snapshot: Snapshot, at: Instant): readonly Risk[] {
  return [...quorumRisks(snapshot.servers), ...latentSeatsAt(snapshot, at)];
}

/** Three-server redundancy: two of the three must be up. */
const REDUNDANT = 3;

function quorumRisks(servers: readonly ServerReading[]): Risk[] {
  const members = servers.filter(({ name }) => !name.includes('@'));
  const down = members.filter(({ state }) => state === 'down').map(({ name }) => name);
  if (members.length !== REDUNDANT || down.length === 0) return [];
  if (down.length === 1)
    return [
      { act: 'restart', reason: `${down[0]} of three redundant license servers is down: if another one restarts, none of them serves.` },
    ];
  return [
    {
      act: 'restart',
      reason: `${down.join(' and ')} of three redundant license servers are down: too few are left to serve whoever starts anew.`,
    },
  ];
}
