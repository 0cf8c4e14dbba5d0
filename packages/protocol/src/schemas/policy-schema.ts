/**
 * The JSON Schema of a policy document: reference for readers, completion for editors, first check for other languages.
 *
 * What holds between places (a lower tier only takes away, no rung skips a tier, …) is `checkPolicy`'s business.
 */
import {
  AGGREGATES,
  ANCHORS,
  API_VERSION,
  CAUSE_ORDER,
  ITEMS_MAX,
  PLAN_ITEMS_MAX,
  PROMISE_ITEMS_MAX,
  QUOTA_PATHS_MAX,
  SEAT_KINDS,
  WINDOW_UNITS,
} from '@glidepath/core';
import { count, type JsonSchema, list, mapping, named, PARTS, part, rungs, words } from './policy-schema-parts.ts';

const NAME = { $ref: '#/$defs/name' };
const OWN_NAME = { $ref: '#/$defs/ownName' };

const feature = mapping('A thing that the product can do, asked for by its name.', {
  title: part('text', 'What people call it.'),
  essential: {
    description: 'Whether every tier that a license can come to, other than by suspension or revocation, must have it.',
    type: 'boolean',
    default: false,
  },
  lost: part('text', 'What the person at the screen reads when the feature is lost: what still works, and whom to ask.'),
});

const meter = mapping('Something that is counted.', {
  'unit!': part('text', 'The unit of the count.', { examples: ['min', 'request', 'GB'] }),
  'aggregate!': words('How events become one number: their sum, the largest, the last, or how many different ones.', AGGREGATES),
  'window!': words('How long a count lasts before it begins again.', WINDOW_UNITS),
  timeZone: {
    description: 'The IANA time zone in which windows begin.',
    type: 'string',
    default: 'UTC',
    examples: ['UTC', 'Europe/Berlin'],
  },
  anchor: words("Whether windows begin with the calendar or count from the term's start.", ANCHORS, { default: 'calendar' }),
});

const tier = mapping('A set of features and limits.', {
  'name!': OWN_NAME,
  'features!': list('The features that are allowed in this tier.', OWN_NAME, ITEMS_MAX.features, { uniqueItems: true }),
  limits: named(
    'Numbers that the product asks for. Every limit appears in every tier, and a lower tier has no higher one.',
    NAME,
    count('The limit in this tier.'),
    ITEMS_MAX.limits,
  ),
});

const somethingPer = (description: string) =>
  mapping(description, { 'count!': count('How often.', 1), 'per!': part('length', 'In how long.') });

const seats = mapping('Seats: how many may hold a lease at once.', {
  'limit!': count('How many seats there are. It bounds grants: lowering it drains, and never evicts.'),
  kind: words('`floating` seats go to whoever asks, `named` ones belong to a person, `node-locked` ones to a machine.', SEAT_KINDS, {
    default: 'floating',
  }),
  overage: mapping('Seats past the limit, for a while.', {
    'seats!': count('How many.', 1),
    'for!': part('length', 'How long they are open after the first one was taken.'),
    again: part('length', 'How long after it opened overage may open again; longer than `for`. Left out: never.'),
  }),
  whenFull: {
    description: 'What a new holder gets when all seats are taken: `deny`, `queue`, or the name of a tier, which holds no seat.',
    type: 'string',
    default: 'deny',
    examples: ['deny', 'queue'],
  },
  offlineBudget: part('part', 'How much of the limit may be promised to silent holders whose seats were reaped.'),
  queue: mapping('The queue of `whenFull: queue`.', {
    'for!': part('length', 'How long a place in the queue is kept.'),
  }),
  reassign: somethingPer('How often a named seat may go to another person.'),
  rebind: somethingPer('How often a node-locked seat may go to another machine.'),
  match: mapping('When a node-locked machine is still the same one.', {
    'of!': list('The components of its fingerprint.', NAME, PLAN_ITEMS_MAX.components, { minItems: 1, uniqueItems: true }),
    'need!': count('How many of them must match.', 1),
  }),
  reserve: named('Seats kept for a group.', { $ref: '#/$defs/group' }, count('How many.'), PLAN_ITEMS_MAX.groups),
});

const plan = mapping('What is sold: a tier, and how much of it.', {
  'tier!': { ...OWN_NAME, description: 'The tier that a license has while nothing is wrong.' },
  term: part('length', 'How long a license lasts when it is issued or renewed.', { default: '1y' }),
  seats,
  quotas: named(
    'How much of each meter may be used.',
    NAME,
    mapping('A quota.', {
      'limit!': count("How much per window, in the meter's unit."),
      offlineSlice: part('part', 'The share that a lease may use without asking.'),
    }),
    PLAN_ITEMS_MAX.quotas,
  ),
  lease: mapping('How long a hold lasts, and when it is renewed.', {
    ttl: part('length', 'Until when a seat is exclusively its holder’s, from each signed word.', { default: '1h' }),
    renewAt: {
      description: 'The share of the hold after which it is renewed, 1% to 70%.',
      type: 'string',
      pattern: '^([1-9]|[1-6][0-9]|70)%$',
      default: '50%',
    },
  }),
  bootstrap: mapping('An unbound lease that a product may ship with, for its first start without a network.', {
    'tier!': { ...OWN_NAME, description: "Its tier, the plan's own or lower." },
    'for!': part('length', 'How long it lasts, from the first run of the installation.'),
  }),
});

const glidePath = mapping('How a license comes down: per cause a list of rungs. A path that is left out never begins.', {
  'expiry!': rungs('Measured from the end of the license; negative is before.', 'expiryRung'),
  'unreachable!': rungs('The time since the last signed word from any issuer. Its last rung has a tier.', 'rung', { minItems: 1 }),
  suspended: rungs('The time since a suspension took effect. The first rung with a tier is the dwell.', 'rung'),
  revoked: rungs('The time since a revocation took effect. The first rung with a tier is the dwell.', 'rung'),
  trust: rungs('The time since the key that signed the lease was known to be compromised, or its anchor lost.', 'rung'),
  identity: rungs("The time since the machine's fingerprint changed.", 'rung'),
  clock: rungs('How long the wall clock has been behind signed time by more than 5 minutes.', 'rung'),
  seats: rungs('The share of the seats in use. It only notifies.', 'seatsRung'),
  quota: named('Per meter: the share of the quota that is used.', NAME, rungs('A path by use.', 'quotaRung'), QUOTA_PATHS_MAX),
});

const renewal = mapping('How the license is renewed. Recorded, not acted on yet.', {
  start: part('moment', 'How long before the end a renewal begins.'),
  leadTime: named('How long each step takes.', NAME, { $ref: '#/$defs/moment' }, PROMISE_ITEMS_MAX.leadTimes),
  windows: list('When a renewed license may be installed.', { $ref: '#/$defs/window' }, PROMISE_ITEMS_MAX.windows, { uniqueItems: true }),
});

const cause = words('A cause of a tier.', CAUSE_ORDER);

const guarantee = {
  description: 'A promise of this policy about itself.',
  oneOf: [
    mapping('The feature is never lost, but by the causes of `unless`.', {
      'always!': OWN_NAME,
      unless: list('Causes that may take it.', cause, CAUSE_ORDER.length, { uniqueItems: true }),
    }),
    mapping('No rung, and no renew of a seat, takes more tiers than this.', { 'noCliff!': count('How many tiers.', 1) }),
    mapping('A notice of warning or higher comes at least this long before a loss.', {
      'notice!': part('moment', 'How long before.'),
      'before!': words('Before what.', ['loss']),
      'cause!': cause,
    }),
    mapping("The plan's own tier holds for so long without a signed word.", { 'offline!': part('moment', 'How long.') }),
    mapping('A revocation is at its last tier by then, from verified receipt.', { 'revocationBites!': part('moment', 'By when.') }),
  ],
};

const test = mapping('An example of what this policy decides, proved by `glidepath policy check`.', {
  'name!': part('text', 'A sentence.'),
  given: {
    description: 'What is the case. A word that is absent has not begun; `0h` begins now.',
    type: 'object',
    properties: {
      plan: { description: 'The plan; may be left out if there is only one.' },
      expiresIn: { description: 'Time until the end; negative when past.', default: '1y' },
      startsIn: { description: 'Time until the start.' },
      unreachableFor: { description: 'Time since the last signed word.' },
      suspendedFor: { description: 'Time since the suspension.' },
      revokedFor: { description: 'Time since the revocation.' },
      trustLostFor: { description: 'Time since the key was known to be compromised.' },
      identityChangedFor: { description: 'Time since the fingerprint changed.' },
      clockBehindFor: { description: 'How long the clock has been behind.' },
      seatsUsed: { description: 'Seats in use.' },
      overageFor: { description: 'Time since overage opened.' },
      usage: { description: "Use per meter, in the meter's unit." },
    },
    maxProperties: PROMISE_ITEMS_MAX.words,
  },
  'expect!': {
    description: 'What is decided: features by their names, and the words below.',
    type: 'object',
    properties: {
      code: { description: '`ok`, `degraded` or `not-started`.' },
      tier: { description: 'The tier, or `none` before the start.' },
      limits: { description: 'The limits of the tier.' },
      seat: { description: 'What the next holder gets: `granted`, `overage`, `queue`, `deny` or a tier; null for a plan without seats.' },
      cause: { description: 'Why the tier is what it is; `none` for the plan’s own.' },
      notify: { description: 'The highest notice reached: `info`, `warning`, `critical` or `none`.' },
      next: { description: 'The next lower tier if everything stays as it is: cause, inMs, tier; or null.' },
    },
    minProperties: 1,
    maxProperties: PROMISE_ITEMS_MAX.words,
  },
});

/** Published as `conformance/schemas/policy.schema.json`. */
export const policySchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://glidepath.dev/schemas/v1/policy.schema.json',
  title: 'Policy',
  ...mapping('A Glidepath policy: what a license allows, and how it comes down when something is wrong.', {
    'apiVersion!': { description: 'The version of this format; it pins what absent keys mean.', const: API_VERSION },
    'kind!': { description: 'The kind of document.', const: 'Policy' },
    'metadata!': mapping('What the policy is called.', { 'name!': NAME, title: part('text', 'What people call it.') }),
    'spec!': mapping('The policy itself.', {
      'features!': named('What a decision allows or denies, by name.', OWN_NAME, feature, ITEMS_MAX.features, { minProperties: 1 }),
      meters: named('What is counted, by name.', NAME, meter, ITEMS_MAX.meters),
      'tiers!': list('Best first. A lower tier may only take away.', tier, ITEMS_MAX.tiers, { minItems: 1 }),
      'plans!': named('What is sold, by name.', OWN_NAME, plan, ITEMS_MAX.plans, { minProperties: 1 }),
      'glidePath!': glidePath,
      renewal,
      guarantees: list('What this policy promises about itself.', guarantee, PROMISE_ITEMS_MAX.guarantees),
      tests: list('What this policy decides, by example.', test, PROMISE_ITEMS_MAX.tests),
    }),
  }),
  $defs: PARTS,
};
