/** What happened until a situation, told in order: each instant at which anything became different, and then the fault. */
import { LONG_SINCE } from '../decision/course.ts';
import { breakpointsAfter, coursesOf } from '../decision/courses.ts';
import { type Judgement, judge, NO_TIER } from '../decision/decide.ts';
import { decideGiven, situationOf } from '../decision/decide-given.ts';
import type { Given } from '../decision/given.ts';
import { LOWERING_DWELL_MS, type Observations, type Terms } from '../decision/terms.ts';
import { durationWords } from '../format-instant.ts';
import type { Cause, Policy } from '../policy/policy.ts';
import { after, DAY, type Instant, instant, type Milliseconds } from '../time.ts';
import type { Finding } from './findings.ts';
import type { ProofStep } from './proof.ts';
import { NOW } from './situation.ts';
import { listed } from './tier-rules.ts';

/** Before the first thing happens, so that a story has a beginning and a drill a signed word. */
export const QUIET_MS: Milliseconds = DAY;

export interface Story {
  readonly terms: Terms;
  readonly observations: Observations;
  /** When the first thing happens, as an instant before `NOW`. */
  readonly beginsAt: Instant;
}

/** The situation with use at the instant from which a day for each tier has passed. */
export function storyOf(policy: Policy, given: Given): Story {
  const { terms, observations } = situationOf(policy, given, NOW);
  const usage = observations.usage.map((use) => {
    const rungs = terms.path.quota[use.meter] ?? [];
    const down = Math.max(0, ...rungs.map(({ tier }) => (tier ?? 0) - terms.planTier));
    return { ...use, receivedAt: rungs.map(() => after(NOW, -down * LOWERING_DWELL_MS)) };
  });
  const told = { ...observations, usage };
  const usedAt = usage.flatMap(({ receivedAt }) => receivedAt);
  const overageAt = given.overageForMs === null ? [] : [after(NOW, -given.overageForMs)];
  const instants = [...eventsUntilNow(terms, told), ...usedAt, ...overageAt, NOW].filter((at) => at !== null);
  return { terms, observations: told, beginsAt: instant(Math.min(...instants)) };
}

export function stepsOf(policy: Policy, finding: Finding, given: Given): readonly ProofStep[] {
  const story = storyOf(policy, given);
  const { terms, observations, beginsAt } = story;
  const startMs = beginsAt - QUIET_MS;
  const courses = coursesOf(terms, observations);
  const instants = [...new Set([...eventsUntilNow(terms, observations), NOW])].sort((a, b) => a - b);
  const steps: ProofStep[] = [];
  let before: Judgement = { tier: terms.planTier, cause: 'none', since: LONG_SINCE, notify: 'none' };
  const tierOf = (tier: number): string => policy.tiers[tier]?.name ?? NO_TIER;
  const opening = `A license of plan ${finding.plan.name} stands at tier ${tierOf(terms.planTier)}, and nothing has happened`;
  steps.push({ atMs: 0, sentence: `${opening}.`, tier: tierOf(terms.planTier), cause: 'none', notify: 'none' });
  for (const now of instants) {
    const judgement = judge(terms, courses, now);
    const what = happeningsAt(policy, story, given, now);
    const then = consequencesOf(policy, before, judgement);
    if (now !== NOW && what.length === 0 && then.length === 0) continue;
    const last = now === NOW ? [seatSentence(policy, given), `that breaks the rule: ${finding.message}`].filter((part) => part !== '') : [];
    const sentence = `${capital(joined(what.length > 0 ? what : [`${durationWords(now - startMs)} from the beginning`]))}: ${joined([...then, ...last])}.`;
    steps.push({ atMs: now - startMs, sentence, tier: tierOf(judgement.tier), cause: judgement.cause, notify: judgement.notify });
    before = judgement;
  }
  return settled(policy, given, steps);
}

/** The last row says what replaying says: before the start, and where the words have no history. */
function settled(policy: Policy, given: Given, steps: readonly ProofStep[]): readonly ProofStep[] {
  const { tier, cause, notify } = decideGiven(policy, given);
  return steps.map((step, index) => (index === steps.length - 1 ? { ...step, tier, cause, notify } : step));
}

function eventsUntilNow(terms: Terms, observations: Observations): readonly Instant[] {
  const { lastSignedWordAt, suspendedAt, revokedAt, trustLostAt, identityChangedAt, clockBehindAt } = observations;
  const begun = [lastSignedWordAt, suspendedAt, revokedAt, trustLostAt, identityChangedAt, clockBehindAt].filter((at) => at !== null);
  const used = observations.usage.flatMap(({ receivedAt }) => receivedAt).filter((at) => at !== null);
  const courses = coursesOf(terms, observations);
  const from = after(NOW, -2_000_000 * DAY);
  const changes = breakpointsAfter(terms, courses, from).filter((at) => at !== terms.startsAt);
  const ended = terms.expiresAt === null ? [] : [terms.expiresAt];
  return [...begun, ...used, ...changes, ...ended].filter((at) => at <= NOW);
}

const BEGINNINGS: Readonly<Partial<Record<Cause, readonly [now: string, later: string]>>> = {
  unreachable: ['the last signed word is read', 'the last signed word'],
  suspended: ['the holder reads that the license is suspended', 'the suspension was read'],
  revoked: ['the holder reads that the license is revoked', 'the revocation was read'],
  trust: ['trust in the signing key is lost', 'trust was lost'],
  identity: ["the machine's fingerprint changes", "the machine's fingerprint changed"],
  clock: ['the wall clock falls behind signed time', 'the wall clock fell behind'],
};

/** What happens at an instant, each in a few words. */
function happeningsAt(policy: Policy, { terms, observations }: Story, given: Given, now: Instant): readonly string[] {
  const happenings: string[] = [];
  for (const course of coursesOf(terms, observations)) {
    const { cause, begunAt, steps } = course;
    if (begunAt === null || !(steps.some(({ at }) => at === now) || begunAt === now || now === NOW)) continue;
    if (begunAt > now && cause !== 'expiry') continue;
    if (cause === 'expiry' && steps.every(({ at }) => at !== now) && (begunAt > now || now === NOW)) continue;
    happenings.push(elapsedSentence(cause, now - begunAt));
  }
  for (const { meter, used, limit, receivedAt } of observations.usage)
    if (receivedAt.length === 0 ? now === NOW : receivedAt[0] === now)
      happenings.push(`${used} ${unitOf(policy, meter)} of ${limit} are used by meter ${meter}`);
  for (const { receivedAt } of observations.usage) {
    const readAt = receivedAt[0] ?? null;
    if (readAt !== null && readAt < now && (now - readAt) % LOWERING_DWELL_MS === 0)
      happenings.push(`${durationWords(now - readAt)} after the holder read of that use`);
  }
  if (now === NOW && given.seatsUsed !== null) happenings.push(`${given.seatsUsed} of ${given.plan.seats?.limit ?? 0} seats are in use`);
  if (now === NOW && given.overageForMs !== null) happenings.push(`overage was opened ${durationWords(given.overageForMs)} ago`);
  if (now === NOW && given.startsInMs !== null && given.startsInMs > 0)
    happenings.push(`${durationWords(given.startsInMs)} before the start`);
  return happenings;
}

function elapsedSentence(cause: Cause, ms: Milliseconds): string {
  if (cause === 'expiry')
    return ms === 0 ? 'the license ends' : `${durationWords(ms)} ${ms < 0 ? 'before' : 'after'} the end of the license`;
  const [begins, begun] = BEGINNINGS[cause] ?? [`${cause} begins`, `${cause} began`];
  return ms === 0 ? begins : `${durationWords(ms)} after ${begun}`;
}

function unitOf({ meters }: Policy, name: string): string {
  return meters.find((meter) => meter.name === name)?.unit ?? '';
}

function consequencesOf({ tiers }: Policy, before: Judgement, { tier, notify }: Judgement): readonly string[] {
  const consequences: string[] = [];
  if (notify !== before.notify && notify !== 'none') consequences.push(`a notice of severity ${notify} is given`);
  if (tier !== before.tier) {
    const lost = (tiers[before.tier]?.features ?? []).filter((name) => !tiers[tier]?.features.includes(name));
    const without = lost.length === 0 ? '' : ` without ${listed(lost)}`;
    consequences.push(`the tier goes from ${tiers[before.tier]?.name} to ${tiers[tier]?.name}${without}`);
  }
  return consequences;
}

function seatSentence(policy: Policy, given: Given): string {
  if (given.seatsUsed === null) return '';
  return `the next holder gets ${decideGiven(policy, given).seat}`;
}

function joined(parts: readonly string[]): string {
  return parts.length === 0 ? 'nothing changes' : parts.join('; ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
