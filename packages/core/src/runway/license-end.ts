/** When a license itself ends for those who use it: our own by its glide path, a held one by contract, probe and grace. */
import { dateOf, durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import type { Rung } from '../policy/policy.ts';
import { after, DAY, type Instant, type Milliseconds } from '../time.ts';
import type { RunwayItem } from './runway.ts';
import type { HeldRunwayFacts, SelfRunwayFacts } from './runway-facts.ts';
import { readAt, tensed } from './sentences.ts';

/** `open`: nothing ends it. `unknown`: nobody said. `dated`: these end it. Each with its sentence. */
export interface LicenseEnd {
  readonly known: 'dated' | 'open' | 'unknown';
  readonly evidence: string;
  readonly items: readonly RunwayItem[];
}

const ITEM = { cause: 'end', interval: null, act: null } as const;

/** The first rung with a lower tier, on the expiry path and on the one of a suspension or revocation that is under way. */
export function selfEnd({ policy, plan: planName, expiresAt, status, statusAt }: SelfRunwayFacts, now: Instant): LicenseEnd {
  const plan = policy.plans.find(({ name }) => name === planName);
  const { timed } = policy.glidePath;
  const firstLower = (rungs: readonly Rung[] | undefined) => rungs?.find(({ tier }) => tier !== undefined && tier > (plan?.tier ?? 0));
  const loses = (rung: Rung, at: Instant) =>
    `${tensed(at, now, ['lowers', 'lowered'])} it to ${policy.tiers[rung.tier ?? 0]?.name} at ${dateOf(at)}`;
  const items: RunwayItem[] = [];
  if (status === 'suspended' || status === 'revoked') {
    const rung = firstLower(timed[status]);
    const at = rung && after(statusAt, rung.at);
    if (rung && at !== undefined)
      items.push({
        ...ITEM,
        endsAt: at,
        expiresAt: statusAt,
        evidence: `It was ${status} at ${dateOf(statusAt)}; the policy ${policy.name} ${loses(rung, at)}.`,
      });
  }
  const rung = firstLower(timed.expiry);
  if (expiresAt !== null && rung) {
    const at = after(expiresAt, rung.at);
    const ends = `It ${tensed(expiresAt, now, ['expires', 'expired'])} at ${dateOf(expiresAt)}`;
    items.push({ ...ITEM, endsAt: at, expiresAt, evidence: `${ends}; the policy ${policy.name} ${loses(rung, at)}.` });
  }
  if (items.length > 0) return { known: 'dated', evidence: '', items };
  const why =
    expiresAt === null ? 'It has no end.' : `It expires at ${dateOf(expiresAt)}, and the policy ${policy.name} takes nothing away then.`;
  return { known: 'open', evidence: why, items };
}

/** One saying about the end. */
interface Said {
  readonly by: 'contract' | 'probe';
  readonly expiresAt: Instant | null;
  readonly stopsAt: Instant | null;
  /** When users notice. */
  readonly lossAt: Instant;
  /** `the contract`, `feature MATLAB of probe lab (read …)`. */
  readonly source: string;
}

/**
 * The earliest loss that the contract or a probe tells of.
 *
 * Where the source says when running instances stop, that is the loss and no grace is added; otherwise it is the end plus the
 * issuer's documented grace (that of the contract, or the time between its expiry and its termination). An old contract beside
 * a renewed license, or a renewed contract beside a license that was never installed, disagree: the earlier one
 * counts and both are named.
 */
export function heldEnd(facts: HeldRunwayFacts, now: Instant): LicenseEnd {
  const sayings = sayingsOf(facts, now);
  const first = earliest(sayings);
  if (first) {
    const other = earliest(sayings.filter(({ by }) => by !== first.by));
    const evidence = `${sentenceOf(first, graceOf(facts), now)}${otherSentence(first, other, facts)}`;
    const item = { ...ITEM, endsAt: first.lossAt, evidence };
    return { known: 'dated', evidence, items: [first.expiresAt === null ? item : { ...item, expiresAt: first.expiresAt }] };
  }
  const isPermanent =
    facts.contract?.ends === 'permanent' ||
    (facts.observed.length > 0 && facts.observed.every(({ feature }) => feature.ends === 'permanent'));
  if (!isPermanent) return { known: 'unknown', evidence: unknownSentence(facts, now), items: [] };
  return { known: 'open', evidence: `It is permanent, by ${permanentSource(facts, now)}.`, items: [] };
}

function sayingsOf(facts: HeldRunwayFacts, now: Instant): readonly Said[] {
  const grace = graceOf(facts);
  const sayings: Said[] = [];
  const say = (by: Said['by'], source: string, expiresAt: Instant | null, stopsAt: Instant | null): void => {
    const lossAt = stopsAt ?? (expiresAt === null ? null : after(expiresAt, grace));
    if (lossAt !== null) sayings.push({ by, source, expiresAt, stopsAt, lossAt });
  };
  if (facts.contract) say('contract', 'the contract', facts.contract.expiresAt, facts.contract.terminatesAt);
  for (const { source, observedAt, feature } of facts.observed)
    say('probe', `feature ${oneLine(feature.name)} of ${oneLine(source)} (${readAt(observedAt, now)})`, feature.expiresAt, feature.stopsAt);
  return sayings;
}

function graceOf({ contract }: HeldRunwayFacts): Milliseconds {
  if (contract === null) return 0;
  const { expiresAt, terminatesAt, graceMs } = contract;
  return Math.max(0, terminatesAt !== null && expiresAt !== null ? terminatesAt - expiresAt : (graceMs ?? 0));
}

/** Of several alike the contract's, which names the license and not a part of it. */
function earliest(sayings: readonly Said[]): Said | undefined {
  return sayings.reduce<Said | undefined>((best, said) => (best === undefined || said.lossAt < best.lossAt ? said : best), undefined);
}

function sentenceOf({ source, expiresAt, stopsAt, lossAt }: Said, grace: Milliseconds, now: Instant): string {
  const ends = expiresAt === null ? '' : `It ${tensed(expiresAt, now, ['ends', 'ended'])} at ${dateOf(expiresAt)} by ${source}`;
  const stops = tensed(lossAt, now, ['stop', 'stopped']);
  if (stopsAt !== null)
    return ends === ''
      ? `Running instances ${stops} at ${dateOf(stopsAt)} by ${source}.`
      : `${ends}; running instances ${stops} at ${dateOf(stopsAt)}.`;
  return grace === 0
    ? `${ends}.`
    : `${ends}; its documented grace of ${durationWords(grace)} ${tensed(lossAt, now, ['lasts', 'lasted'])} until ${dateOf(lossAt)}.`;
}

function otherSentence(first: Said, other: Said | undefined, { contract, observed }: HeldRunwayFacts): string {
  if (!other) {
    if (first.by === 'contract')
      return observed.some(({ feature }) => feature.ends === 'permanent') ? ' A probe shows it as permanent.' : '';
    return contract?.ends === 'permanent' ? ' The contract says that it is permanent.' : '';
  }
  const [mine, theirs] = [first.expiresAt ?? first.lossAt, other.expiresAt ?? other.lossAt];
  const source = `${other.source.slice(0, 1).toUpperCase()}${other.source.slice(1)}`;
  // A contract writes a day, a server an instant of it.
  if (Math.abs(mine - theirs) < DAY) return ` ${source} agrees.`;
  return ` ${source} says ${dateOf(theirs)}: they disagree, and the earlier counts.`;
}

function permanentSource({ contract, observed }: HeldRunwayFacts, now: Instant): string {
  const [first] = observed;
  if (contract?.ends === 'permanent' || !first) return 'the contract';
  const others = observed.length === 1 ? '' : ` and ${observed.length - 1} more`;
  return `feature ${oneLine(first.feature.name)}${others} of ${oneLine(first.source)} (${readAt(first.observedAt, now)})`;
}

function unknownSentence({ observed }: HeldRunwayFacts, now: Instant): string {
  const silent = observed.find(({ feature }) => feature.ends === 'unstated');
  const seen = silent ?? observed[0];
  if (!seen) return 'Nobody has said when it ends: the inventory has no date, and no probe has seen it.';
  return `Nobody has said when it ends: the inventory has no date, and ${oneLine(seen.source)} shows ${oneLine(seen.feature.name)} without one (${readAt(seen.observedAt, now)}).`;
}
