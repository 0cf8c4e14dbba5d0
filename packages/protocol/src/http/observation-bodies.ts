/** Bodies about decisions that were recorded, and about what a rollout's candidate decides differently. */
import { Type } from 'typebox';
import { instant, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, Digest, EnvironmentQuery, label, view } from './body-parts.ts';

export const ObservedQuery = body({
  since: Type.Optional(Type.Integer({ minimum: 0, description: 'Decisions made at or after this instant.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 10, description: 'Chunks of up to 2,000 decisions.' })),
  after: Type.Optional(label('`next` of the page before.')),
  ...EnvironmentQuery,
});

const ObservedChunkView = view({
  id: text(),
  firstAt: instant(),
  lastAt: instant(),
  decisions: natural(),
  unrecorded: natural('Decisions of the same time that were not recorded.'),
  body: view(
    {
      v: natural('Version of the rows.'),
      from: instant('The instant from which those of the rows count.'),
      names: Type.Array(text()),
      rows: Type.Array(Type.Array(Type.Unknown())),
    },
    'The decisions: names by their place in the list, instants as milliseconds from the first.',
  ),
});

export const ObservedDecisions = view({
  items: Type.Array(ObservedChunkView),
  next: orNull(text(), 'Hand this in as `after` for what follows; null at the end.'),
  totals: view({
    recorded: natural('Of this environment, since it records.'),
    unrecorded: natural('Decided and never recorded: sampled out, or more than could be kept in mind.'),
    forgotten: natural('Recorded once, and gone by age or size.'),
    bytes: natural(),
  }),
});

const Limit = view({ name: text(), before: orNull(Type.Number()), after: orNull(Type.Number()) });

export const DifferenceGroupView = view({
  kind: words(['denial', 'loss', 'change', 'gain']),
  plan: text(),
  cause: text(),
  tier: view({
    before: text(),
    after: text(),
    featuresLost: Type.Array(text()),
    featuresGained: Type.Array(text()),
    limits: Type.Array(Limit),
  }),
  decisions: natural(),
  licenses: natural('Different ones, as far as they are remembered.'),
  isMoreLicenses: Type.Boolean({ description: 'There were more licenses than are remembered.' }),
  firstAt: instant(),
  lastAt: instant(),
  examples: Type.Array(
    view({
      license: text(),
      at: instant(),
      asked: words(['check', 'acquire', 'renew']),
      given: Type.Unknown({ description: 'The situation, as `glidepath decide --given` reads it.' }),
      agreed: Type.Optional(Type.Unknown({ description: 'Limits of this license beside its plan.' })),
    }),
  ),
});

export const RolloutDifferencesView = view({
  rollout: text(),
  name: text(),
  baseline: Digest,
  candidate: Digest,
  stages: Type.Array(
    view({
      stage: words(['shadow', 'canary', 'full']),
      since: instant(),
      until: instant('When a node last wrote down what it had found.'),
      counts: view({
        decisions: natural('Compared, whether or not they differ.'),
        losses: natural(),
        gains: natural(),
        changes: natural(),
        denials: natural(),
        withoutPlan: natural('The candidate lacks their plan: these licenses would stay with their version.'),
        ungrouped: natural('Differences of further groups, counted and not shown.'),
      }),
      undecided: natural('Decisions for which there was no time.'),
      groups: Type.Array(DifferenceGroupView, { description: 'Worst first.' }),
    }),
  ),
});
