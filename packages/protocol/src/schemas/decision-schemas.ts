/** JSON Schemas of answers: the decision about one feature, and what `glidepath decide` prints. */
import { CAUSE_ORDER } from '@glidepath/core';
import { Type } from 'typebox';
import { amount, instant, integer, map, orNull, published, text, words } from './parts.ts';

const Cause = words([...CAUSE_ORDER, 'none'], 'Why the tier is what it is; `none` when it is the plan’s own.');
const TierName = text('Name of a tier; `none` before the start.');

export const DecisionSchema = Type.Object(
  {
    allowed: Type.Boolean(),
    feature: text(),
    tier: orNull(TierName, 'Null when nothing was ever signed.'),
    limits: map(amount()),
    code: words(['ok', 'not-in-tier', 'unknown-feature', 'not-started', 'no-signed-word', 'holder-removed']),
    reason: text('The sentence of the code.'),
    userMessage: orNull(text(), 'The words of the policy for the person at the screen.'),
    cause: Cause,
    since: orNull(instant()),
    next: orNull(
      Type.Object({ cause: Cause, at: instant(), tier: text() }),
      'The next lower tier if everything stays as it is and time passes.',
    ),
    source: words(['server', 'lease', 'cache', 'bootstrap', 'none']),
    asOf: orNull(instant(), '`iatMs` of the word that the answer stands on.'),
    policy: orNull(text(), 'Digest of the policy.'),
  },
  { ...published('decision', 'Decision', 'May this feature run, and why.'), additionalProperties: false },
);

export const GivenAnswerSchema = Type.Object(
  {
    code: words(['ok', 'degraded', 'not-started']),
    tier: TierName,
    features: map(words(['allow', 'deny'])),
    limits: map(amount()),
    seat: orNull(text('`granted`, `overage`, `queue`, `deny`, or the name of a tier.'), 'What the next holder gets; null without seats.'),
    cause: Cause,
    notify: words(['info', 'warning', 'critical', 'none']),
    next: orNull(Type.Object({ cause: Cause, inMs: integer(), tier: text() })),
  },
  {
    ...published('given-answer', 'Given answer', 'What a policy decides in a given situation; `glidepath decide` prints it.'),
    additionalProperties: false,
  },
);
