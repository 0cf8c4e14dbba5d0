/** From what is held to what core decides on: the terms that were signed, and what this installation observed. Pure. */
import { type Instant, instant, type LeaseClaims, type Observations, type Terms } from '@glidepath/core';
import { type Held, type HeldLease, ownValue, rungName } from './held.ts';
import type { VerdictWord } from './reading-words.ts';
import type { Memory } from './sidecar.ts';

export interface Situation {
  readonly terms: Terms;
  readonly observations: Observations;
}

/** What there is to decide on; null where no lease is held. */
export function situationOf({ lease, verdicts, memory }: Held): Situation | null {
  if (lease === null) return null;
  return { terms: termsOfLease(lease, verdicts, memory), observations: observationsOf(lease, verdicts, memory) };
}

function termsOfLease({ claims }: HeldLease, verdicts: readonly VerdictWord[], memory: Memory): Terms {
  const place = (tier: string) => claims.path.tiers.findIndex(({ name }) => name === tier);
  const steps = verdicts.filter((verdict) => verdict.claims.verdict === 'superseded');
  const given = place(claims.tier);
  const tier = Math.max(given, Math.min(given + steps.length, place(claims.floorTier)));
  const stepped = tier > given ? steps.at(-1)?.claims : undefined;
  return {
    ...claims,
    planTier: place(claims.planTier),
    tier,
    tierCause: stepped === undefined ? claims.tierCause : 'seats',
    tierSince: stepped === undefined ? claims.tierSince : stepped.iatMs,
    // A tier that the present policy does not have is no way to come down.
    lowered: claims.lowered.map((lowering) => ({ ...lowering, from: place(lowering.from) })).filter(({ from }) => from >= 0),
    bootstrapEndsAt: claims.bootstrap && memory.firstRunAt && instant(memory.firstRunAt + claims.bootstrap.forMs),
  };
}

function observationsOf({ claims }: HeldLease, verdicts: readonly VerdictWord[], memory: Memory): Observations {
  const { receipts, identityChangedAt, clockBehindAt } = memory;
  return {
    lastSignedWordAt: lastSignedWordAt(claims, memory),
    suspendedAt: statusBegan('suspended', claims, verdicts, receipts),
    revokedAt: statusBegan('revoked', claims, verdicts, receipts),
    trustLostAt: ownValue(receipts, 'trust') ?? null,
    identityChangedAt,
    clockBehindAt,
    usage: claims.quotas.map((quota) => ({ ...quota, receivedAt: rungsReceived(quota, claims, receipts) })),
    seats: claims.seats,
    loweringReceivedAt: receipts,
  };
}

/**
 * Silence counts from the last word of any issuer. One that answered is the last there is; one that nobody asked for (a
 * bootstrap lease, a break-glass lease) counts where it is later, and the former from this installation's first run.
 */
function lastSignedWordAt(claims: LeaseClaims, { wordAt, firstRunAt }: Memory): Instant {
  if (claims.nonce !== null) return wordAt ?? claims.iatMs;
  const firstRun = claims.bootstrap === null ? null : firstRunAt;
  return instant(Math.max(claims.iatMs, wordAt ?? claims.iatMs, firstRun ?? claims.iatMs));
}

/** From its receipt, and no earlier than it takes effect. */
function statusBegan(
  status: 'suspended' | 'revoked',
  claims: LeaseClaims,
  verdicts: readonly VerdictWord[],
  receipts: Memory['receipts'],
): Instant | null {
  const received = ownValue(receipts, status);
  if (received === undefined) return null;
  const verdict = verdicts.find((standing) => standing.claims.verdict === status);
  const effectiveAt = verdict?.claims.effectiveAt ?? (claims.status === status ? claims.statusAt : received);
  return instant(Math.max(received, effectiveAt));
}

function rungsReceived(
  { meter, resetsAt }: LeaseClaims['quotas'][number],
  { path }: LeaseClaims,
  receipts: Memory['receipts'],
): readonly (Instant | null)[] {
  return (ownValue(path.quota, meter) ?? []).map((_, rung) => ownValue(receipts, rungName(meter, resetsAt, rung)) ?? null);
}
