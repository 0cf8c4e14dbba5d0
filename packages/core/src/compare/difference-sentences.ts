/** What a difference says to a person who is about to promote: one sentence each, losses first. */
import type { GuaranteeDifference, PolicyDifference, StateDifference, TermDifference } from './policy-difference.ts';
import { signatureOf } from './state-of.ts';

/** More places than this are counted, not listed: the table below lists them all. */
const PLACES_MAX = 4;

export function differenceSentences(difference: Omit<PolicyDifference, 'before' | 'after' | 'sentences'>): readonly string[] {
  const { states, guarantees, terms, plansRemoved, plansAdded } = difference;
  const of = (kind: StateDifference['kind']) => [
    ...stateSentences(states.filter((state) => state.kind === kind)),
    ...terms.filter((term) => term.kind === kind).map(termSentence),
  ];
  const promises = (...kinds: readonly GuaranteeDifference['kind'][]) =>
    guarantees.filter(({ kind }) => kinds.includes(kind)).map(guaranteeDifferenceSentence);
  return [
    ...plansRemoved.map((plan) => `Plan ${plan} is gone: a license that has it stays with the version that it has.`),
    ...of('loss'),
    ...promises('removed', 'weaker'),
    ...of('change'),
    ...of('gain'),
    ...promises('stronger', 'added'),
    ...plansAdded.map((plan) => `Plan ${plan} is new.`),
  ];
}

/** The same difference in several places is one sentence. */
function stateSentences(states: readonly StateDifference[]): readonly string[] {
  const groups = new Map<string, StateDifference[]>();
  for (const state of states) {
    const key = `${state.plan}\n${signatureOf(state)}`;
    groups.set(key, [...(groups.get(key) ?? []), state]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [`Plan ${first.plan}: ${whatWords(first)} ${placeWords(group)}.`];
  });
}

function placeWords(group: readonly StateDifference[]): string {
  const places = group.map(({ when }) => when);
  if (places.length <= PLACES_MAX) return places.join('; ');
  return `${places.slice(0, PLACES_MAX).join('; ')}; and in ${places.length - PLACES_MAX} more places`;
}

/** What becomes other, without where: "loses parallel, parallel-jobs 4 instead of 64 (tier reduced instead of full)". */
export function whatWords({
  tier,
  featuresLost,
  featuresGained,
  limits,
  seat,
  notify,
}: Omit<StateDifference, 'when' | 'plan' | 'given' | 'scope' | 'range' | 'kind'>): string {
  const parts = [
    ...(featuresLost.length === 0 ? [] : [`loses ${featuresLost.join(', ')}`]),
    ...(featuresGained.length === 0 ? [] : [`gains ${featuresGained.join(', ')}`]),
    ...limits.map(({ name, before, after }) => `${name} ${after ?? 'unlimited'} instead of ${before ?? 'unlimited'}`),
    ...(seat === null ? [] : [`the next holder gets ${seatWords(seat.after)} instead of ${seatWords(seat.before)}`]),
    ...(notify === null ? [] : [`notice ${notify.after} instead of ${notify.before}`]),
  ];
  const isSameTier = tier.before === tier.after;
  if (parts.length === 0) return `is in tier ${tier.after} instead of ${tier.before}`;
  return `${parts.join(', ')}${isSameTier ? '' : ` (tier ${tier.after} instead of ${tier.before})`}`;
}

function seatWords(answer: string | null): string {
  switch (answer) {
    case null:
      return 'no counted seat';
    case 'granted':
      return 'a seat';
    case 'overage':
      return 'a seat past the limit';
    case 'queue':
      return 'a place in the queue';
    case 'deny':
      return 'a denial';
    default:
      return `tier ${answer}`;
  }
}

function termSentence({ plan, what, before, after }: TermDifference): string {
  return `${plan === null ? 'The policy' : `Plan ${plan}`}: ${what} ${after} instead of ${before}.`;
}

function guaranteeDifferenceSentence({ kind, before, after }: GuaranteeDifference): string {
  switch (kind) {
    case 'removed':
      return `No longer promised: ${before}.`;
    case 'weaker':
      return `Promised less: ${after}; it was: ${before}.`;
    case 'stronger':
      return `Promised more: ${after}; it was: ${before}.`;
    case 'added':
      return `Promised from now on: ${after}.`;
  }
}
