/** Bodies about the difference between two versions of a policy. */
import { Type } from 'typebox';
import { natural, orNull, text, words } from '../schemas/parts.ts';
import { body, Digest, label, view } from './body-parts.ts';

export const PolicyDifferenceRequest = body({
  name: label('Name of the policy.'),
  candidate: Type.Optional(Digest),
  source: Type.Optional(Type.String({ description: 'Instead of a published version: a document that is not published yet.' })),
});

const Kind = words(['gain', 'loss', 'change']);
const Changed = <T extends ReturnType<typeof text>>(value: T) => view({ before: orNull(value), after: orNull(value) });
const Between = view({ from: natural(), until: orNull(natural()) });

const StateView = view({
  kind: Kind,
  plan: text(),
  scope: words(['range', 'everywhere', 'combined', 'lease']),
  range: orNull(
    view({
      cause: text(),
      meter: orNull(text()),
      from: orNull(Type.Number()),
      until: orNull(Type.Number()),
      overage: orNull(Between),
    }),
  ),
  when: text('In words.'),
  given: Type.Unknown({ description: 'Words of `glidepath decide --given` for one state of the group.' }),
  tier: view({ before: text(), after: text() }),
  featuresLost: Type.Array(text()),
  featuresGained: Type.Array(text()),
  limits: Type.Array(view({ name: text(), before: orNull(natural()), after: orNull(natural()) })),
  seat: orNull(Changed(text())),
  notify: orNull(view({ before: text(), after: text() })),
});

export const PolicyDifferenceView = view({
  difference: view({
    before: orNull(Digest),
    after: Digest,
    states: Type.Array(StateView, { description: 'Losses first.' }),
    guarantees: Type.Array(
      view({ kind: words(['weaker', 'stronger', 'added', 'removed']), before: orNull(text()), after: orNull(text()) }),
    ),
    terms: Type.Array(view({ kind: Kind, plan: orNull(text()), what: text(), before: text(), after: text() })),
    plansRemoved: Type.Array(text()),
    plansAdded: Type.Array(text()),
    sentences: Type.Array(text(), { description: 'What a person has to read before promoting; losses first.' }),
  }),
  digest: text('Of the difference: what a promotion shows to say that it was seen.'),
  live: view({
    licenses: natural('Following the name, started, and not long revoked; of those that were read.'),
    seats: natural('In use by them.'),
    byState: Type.Array(
      view({
        state: natural('Position in `difference.states`.'),
        licenses: orNull(natural(), 'Null: only applications see who is in this state.'),
        seats: orNull(natural()),
      }),
    ),
    read: natural('How many licenses were looked at.'),
    isComplete: Type.Boolean({ description: 'False: there are more than were read in the time for it.' }),
  }),
});
