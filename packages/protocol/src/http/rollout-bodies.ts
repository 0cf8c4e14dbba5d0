/** Bodies about versions of a policy on their way into force, and about the breaker that stops them. */
import { Type } from 'typebox';
import { instant, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, Digest, EnvironmentQuery, label, PageQuery, Reason, slug, view } from './body-parts.ts';

const Stage = words(['shadow', 'canary', 'full']);
const BasisPoints = (description: string) => Type.Integer({ minimum: 0, maximum: 10_000, description });
const Share = Type.Integer({
  minimum: 1,
  maximum: 9_999,
  description: 'Of the following licenses, in basis points (1/10,000). Default: 500.',
});

const budget = {
  lossesBasisPoints: BasisPoints('Decisions that give less than the version in force would. Default: 100.'),
  denialsBasisPoints: BasisPoints('Seats denied that the version in force would give. Default: 100.'),
  factor: Type.Number({
    minimum: 1,
    maximum: 1_000,
    description: 'Denials, or decisions below the plan, over those of the version in force. Default: 3.',
  }),
  decisionsMin: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Fewer decisions than this prove nothing. Default: 20.' }),
};
const RolloutBudget = body(
  {
    lossesBasisPoints: Type.Optional(budget.lossesBasisPoints),
    denialsBasisPoints: Type.Optional(budget.denialsBasisPoints),
    factor: Type.Optional(budget.factor),
    decisionsMin: Type.Optional(budget.decisionsMin),
  },
  'What it may cost before it is rolled back.',
);

const step = {
  to: Type.Optional(Stage),
  share: Type.Optional(Share),
  budget: Type.Optional(RolloutBudget),
  reason: Reason,
  seen: Digest,
};

export const RolloutRequest = body({ name: label('Name of the policy.'), candidate: Digest, ...step });
export const RolloutPromotion = body(step);
export const WithReason = body({ reason: Reason });
export const BreakerRequest = body({ mode: words(['closed', 'metrics-only', 'isolated']), reason: Reason });
export const RolloutQuery = body({ ...PageQuery, ...EnvironmentQuery, name: Type.Optional(slug('Of this policy only.')) });

const Counts = view({
  decisions: natural(),
  losses: natural(),
  gains: natural(),
  denials: natural(),
  baselineDenials: natural('Denials of the version in force on the same facts.'),
  degraded: natural("Below the plan's own tier, whatever the cause."),
  baselineDegraded: natural('The same of the version in force.'),
});

export const RolloutView = view({
  id: text(),
  environment: text(),
  name: text(),
  candidate: Digest,
  baseline: Digest,
  stage: Stage,
  shareBasisPoints: natural('Of the following licenses; 0 in shadow, 10,000 when full.'),
  state: words(['running', 'completed', 'held', 'rolled-back', 'cancelled']),
  budget: view(budget),
  reason: text(),
  startedAt: instant(),
  startedBy: text(),
  stagedAt: instant(),
  stagedBy: text(),
  endedAt: orNull(instant()),
  retryAt: orNull(instant(), 'When it is tried again on a small share.'),
  trips: natural('How often it was rolled back.'),
  steps: Type.Array(
    view({
      stage: Stage,
      shareBasisPoints: natural(),
      at: instant(),
      by: text(),
      reason: text(),
      seen: orNull(text(), 'Digest of the difference that whoever took the step had seen; null: the system took it.'),
    }),
  ),
  evidence: orNull(
    view({
      because: text(),
      stage: Stage,
      shareBasisPoints: natural(),
      counts: Counts,
      examples: Type.Array(Type.Unknown(), { description: 'Some of the losses and denials.' }),
    }),
    'What was counted when it was last rolled back.',
  ),
  counts: Counts,
});

export const BreakerView = view({
  environment: text(),
  name: text(),
  mode: words(['closed', 'metrics-only', 'isolated']),
  reason: text(),
  setAt: orNull(instant(), 'Null: nobody has set it.'),
  setBy: orNull(text()),
});

export const RolledBack = view({
  name: text(),
  digest: text('In force now.'),
  from: text('What was in force, or on its way.'),
  rollout: orNull(text()),
});
