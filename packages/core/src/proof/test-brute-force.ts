/**
 * What a proof must not have missed, found the slow way: random situations, decided as anybody would decide them, and looked
 * at one by one. Nothing here knows points, classes or combinations; whoever changes one side has to say why the other is wrong.
 */
import { decideGiven, type GivenAnswer } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import type { Guarantee, Policy } from '../policy/policy.ts';
import type { Proof } from './proof.ts';
import { type Drawn, wordsOf } from './test-random-policy.ts';

type Words = Readonly<Record<string, unknown>>;

interface Look {
  readonly policy: Policy;
  readonly words: Words;
  readonly answer: GivenAnswer;
}

export function answerOf(policy: Policy, words: Words): GivenAnswer {
  const given = parseGiven(policy, words);
  if (!given.ok) throw new Error(given.message);
  return decideGiven(policy, given.value);
}

/** What a situation shows to be broken: the rule, and the position of the guarantee where it is one. */
export function brokenIn(policy: Policy, drawn: Drawn): readonly string[] {
  const words = wordsOf(policy, drawn);
  const look = { policy, words, answer: answerOf(policy, words) };
  return [...essentials(look), ...promises(look), ...seats(look), ...fresh(look), ...moves(policy, drawn, look)];
}

/** Of these, what the proof does not say. */
export function missedBy(proof: Proof, broken: readonly string[]): readonly string[] {
  const said = new Set<string>(proof.violations.map(({ rule }) => rule));
  for (const { rule, guarantee, isKept } of proof.promises) if (guarantee !== null && !isKept) said.add(`${rule} ${guarantee}`);
  return broken.filter((rule) => !said.has(rule));
}

function tierOf(policy: Policy, name: string): number {
  return policy.tiers.findIndex((tier) => tier.name === name);
}

function planOf({ policy, words }: Pick<Look, 'policy' | 'words'>) {
  const plan = policy.plans.find(({ name }) => name === words.plan);
  if (plan === undefined) throw new Error('a situation has a plan');
  return plan;
}

function* essentials({ policy, words, answer }: Look): Iterable<string> {
  if ('suspendedFor' in words || 'revokedFor' in words) return;
  for (const { name, essential } of policy.features) if (essential && answer.features[name] === 'deny') yield 'essential-lost';
  const given = policy.tiers[tierOf(policy, answer.seat ?? '')];
  if (given && policy.features.some(({ name, essential }) => essential && !given.features.includes(name))) yield 'essential-lost';
}

const WORD_OF: Readonly<Record<string, string>> = {
  expiry: 'expiresIn',
  unreachable: 'unreachableFor',
  suspended: 'suspendedFor',
  revoked: 'revokedFor',
  trust: 'trustLostFor',
  identity: 'identityChangedFor',
  clock: 'clockBehindFor',
  quota: 'usage',
  seats: 'seatsUsed',
};

function* promises(look: Look): Iterable<string> {
  for (const [index, guarantee] of look.policy.guarantees.entries()) {
    const rule = promiseBroken(look, guarantee);
    if (rule !== null) yield `${rule} ${index}`;
  }
}

function promiseBroken({ policy, words, answer }: Look, guarantee: Guarantee): string | null {
  const plan = planOf({ policy, words });
  const secondsOf = (word: string) => Number.parseInt(String(words[word] ?? ''), 10) * 1_000;
  const isAlone = Object.keys(words).length === 2;
  switch (guarantee.kind) {
    case 'always':
      if (guarantee.unless.some((cause) => (WORD_OF[cause] ?? '') in words)) return null;
      return answer.features[guarantee.feature] === 'deny' ? 'always-broken' : null;
    case 'offline':
      return isAlone && secondsOf('unreachableFor') < guarantee.ms && tierOf(policy, answer.tier) !== plan.tier
        ? 'offline-too-short'
        : null;
    case 'revocationBites': {
      const last = Math.max(-1, ...(policy.glidePath.timed.revoked ?? []).map(({ tier }) => tier ?? -1));
      return isAlone && secondsOf('revokedFor') >= guarantee.ms && tierOf(policy, answer.tier) < last ? 'revocation-late' : null;
    }
    case 'notice': {
      const word = WORD_OF[guarantee.cause] ?? '';
      if (!isAlone || !(word in words) || answer.code !== 'degraded') return null;
      return noticeMissing(policy, words, word, guarantee.ms) ? 'notice-too-late' : null;
    }
    default:
      return null;
  }
}

/** Goes back second by second in thought: to the first instant of this tier, and from it by the notice that was promised. */
function noticeMissing(policy: Policy, words: Words, word: string, ms: number): boolean {
  const path = word === 'expiresIn' ? 'expiry' : Object.keys(WORD_OF).find((cause) => WORD_OF[cause] === word);
  const rungs = policy.glidePath.timed[path as 'expiry'] ?? [];
  const plan = planOf({ policy, words });
  const first = rungs.find(({ tier }) => tier !== undefined && tier > plan.tier);
  const loud = rungs.find(({ notify }) => notify === 'warning' || notify === 'critical');
  return first !== undefined && (loud === undefined || first.at - loud.at < ms);
}

function* seats({ policy, words, answer }: Look): Iterable<string> {
  const plan = planOf({ policy, words });
  if (plan.seats === null) return;
  const { limit, overage } = plan.seats;
  const used = Number(words.seatsUsed ?? 0);
  const openMs = Number.parseInt(String(words.overageFor ?? '0'), 10) * 1_000;
  if (answer.seat === 'granted' && used >= limit) yield 'above-limit';
  if (answer.seat === 'overage') {
    const isClosed = openMs >= (overage?.forMs ?? 0) && openMs < (overage?.againMs ?? Number.POSITIVE_INFINITY);
    const neverCloses = overage !== null && overage.againMs !== null && overage.againMs <= overage.forMs && openMs >= overage.forMs;
    if (overage === null || used >= limit + overage.seats || isClosed || neverCloses) yield 'above-limit';
  }
  const tier = tierOf(policy, answer.seat ?? '');
  if (tier >= 0 && tier < plan.tier) yield 'above-limit';
  for (const [index, guarantee] of policy.guarantees.entries())
    if (
      tier >= 0 &&
      guarantee.kind === 'always' &&
      !guarantee.unless.includes('seats') &&
      !policy.tiers[tier]?.features.includes(guarantee.feature)
    )
      yield `always-broken ${index}`;
}

function* fresh({ policy, words }: Look): Iterable<string> {
  const plan = planOf({ policy, words });
  const usage = plan.quotas.length > 0 ? { usage: { minutes: 0 } } : {};
  const renewed = { plan: plan.name, expiresIn: `${plan.termMs / 1_000}s`, unreachableFor: '0s', ...usage };
  if (tierOf(policy, answerOf(policy, renewed).tier) !== plan.tier) yield 'not-restored';
}

/** One cause a little further on, the others where they are. */
function* moves(policy: Policy, drawn: Drawn, before: Look): Iterable<string> {
  const words = Object.keys(before.words).filter((word) => word !== 'plan' && word !== 'overageFor');
  const word = words[drawn.moved % words.length];
  if (word === undefined) return;
  const after = answerOf(policy, wordsOf(policy, drawn, { word, by: 1 }));
  const from = tierOf(policy, before.answer.tier);
  const to = tierOf(policy, after.tier);
  if (to < from) yield 'not-monotone';
  if (to > from && policy.features.some(({ name }) => before.answer.features[name] === 'deny' && after.features[name] === 'allow'))
    yield 'not-monotone';
  if (to > from && Object.entries(after.limits).some(([name, limit]) => limit > (before.answer.limits[name] ?? 0))) yield 'above-limit';
  if (word !== 'usage' && to - from > 1) yield 'cliff';
  for (const [index, guarantee] of policy.guarantees.entries())
    if (word !== 'usage' && guarantee.kind === 'noCliff' && to - from > guarantee.tiers) yield `no-cliff-broken ${index}`;
  const isTimed = word !== 'usage' && word !== 'seatsUsed';
  if (isTimed && words.length === 1 && to > from && before.answer.notify === 'none') yield 'loss-unannounced';
}
