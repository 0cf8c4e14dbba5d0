/** What each rule of a proof means: the reference is written from this table, and SARIF and JUnit name rules by it. */
import type { ProofRule } from './proof.ts';

export interface ProofRuleMeaning {
  /** What is kept by a policy in which nothing breaks the rule. */
  readonly promise: string;
  /** How a policy breaks it, and what to change. */
  readonly meaning: string;
  /** The key of `guarantees` that asks for it; null: it holds of every policy. */
  readonly guarantee: string | null;
}

export const PROOF_RULES: Readonly<Record<ProofRule, ProofRuleMeaning>> = {
  cliff: {
    promise: 'no step takes more than one tier',
    meaning:
      'In some state one more second, or a little more use, takes two tiers or more. Put a rung for each tier between, with time to act.',
    guarantee: null,
  },
  'not-monotone': {
    promise: 'a worse cause, more time or more use never gives anything back',
    meaning: 'A state that is worse gives a better tier, or a lower tier has a feature that the one above it lacks.',
    guarantee: null,
  },
  'essential-lost': {
    promise: 'only a suspended or revoked path takes an essential feature',
    meaning: 'A plan, a full license or a path other than those two leads to a tier without an essential feature.',
    guarantee: null,
  },
  'not-restored': {
    promise: "a renewal, a signed word and a new window give the plan's own tier back",
    meaning:
      'A rung is reached even so: the expiry path begins earlier than a term before the end, silence takes a tier at 0h, or a quota at 0%.',
    guarantee: null,
  },
  'loss-unannounced': {
    promise: 'every loss is announced by a notice before it',
    meaning:
      'A rung takes a tier and no rung before it notifies. What goes by use may be announced by the rung itself: it bites a day later.',
    guarantee: null,
  },
  'bites-before-receipt': {
    promise: 'nothing that was said bites before its holder has read it and had time',
    meaning: 'A suspended, revoked or trust path takes a tier at 0h, so at the receipt itself. Its first rung with a tier is the dwell.',
    guarantee: null,
  },
  'rung-unreachable': {
    promise: 'every rung is reached and changes something',
    meaning: 'No state of any plan is different after the rung: it says what holds already, or nothing begins its path.',
    guarantee: null,
  },
  'silence-without-end': {
    promise: 'who never hears of a revocation comes down by silence',
    meaning: 'No rung of `unreachable` names a tier, so a revoked holder that is never reached keeps everything.',
    guarantee: null,
  },
  'notice-after-loss': {
    promise: 'no notice comes after the last loss of its path',
    meaning: 'A rung notifies when everything that its path takes is gone: it announces nothing. Put it before the loss.',
    guarantee: null,
  },
  'above-limit': {
    promise: 'nothing is granted above limits, and nothing before the start',
    meaning:
      "A seat, an overage seat or a limit is granted past what the plan has, a full license gives more than the plan's own tier, or overage never closes.",
    guarantee: null,
  },
  'always-broken': {
    promise: 'the feature is always allowed, unless by a cause that is named',
    meaning: 'A license, or the next holder of a full one, comes to a tier that lacks the feature. A bootstrap lease is not looked at.',
    guarantee: 'always',
  },
  'no-cliff-broken': {
    promise: 'no step takes more than so many tiers',
    meaning: 'As `cliff`, with the number that the policy promises.',
    guarantee: 'noCliff',
  },
  'notice-too-late': {
    promise: 'a notice of warning or higher comes so long before any loss by the cause',
    meaning: 'Between the first warning and a loss lies less time. What goes by use has a day from the receipt of its rung.',
    guarantee: 'notice',
  },
  'offline-too-short': {
    promise: "the plan's own tier holds for so long without a signed word",
    meaning:
      'A rung of `unreachable` takes a tier of a plan earlier. Leases past the offline budget are outside this, and the proof says so.',
    guarantee: 'offline',
  },
  'revocation-late': {
    promise: 'the revoked path is at its last tier by then, counted from verified receipt',
    meaning: 'Its last rung with a tier is later, it takes nothing, or it gives something back.',
    guarantee: 'revocationBites',
  },
};
