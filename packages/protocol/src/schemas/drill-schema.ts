/**
 * The JSON Schema of a drill (DESIGN: drills): a world, faults at their times, and what is expected of it. Fixed at v1.
 *
 * An event is one fault with its time; a key that is no kind of fault is an error, as is a second fault in one event.
 */
import { API_VERSION, DURATION_PATTERN } from '@glidepath/core';
import { type TProperties, type TSchema, Type } from 'typebox';
import { natural, published, text, words } from './parts.ts';

/** Written as in a policy; the first never reaches before its beginning. */
const LENGTH = DURATION_PATTERN.replace('-?', '');
const SIGNED = DURATION_PATTERN;

const length = (description: string) => Type.String({ pattern: LENGTH, description, examples: ['90s', '14d'] });
const signed = (description: string) => Type.String({ pattern: SIGNED, description, examples: ['-3d', '90s'] });
const strict = <P extends TProperties>(properties: P, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
const count = (description: string) => Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description });

const At = length('Since the start.');
const Nodes = Type.Union([count('So many of them.'), Type.String({ pattern: '^(100|[1-9]?\\d)%$' })], {
  description: 'Which part of the nodes; default: all.',
});

const license = strict(
  {
    plan: Type.Optional(text('Default: the only one.')),
    expiresIn: Type.Optional(signed('Since the start; default: the term of the plan.')),
    startsAt: Type.Optional(signed('Since the start; default: long before.')),
    seats: Type.Optional(natural('In place of the seats of the plan.')),
    quotas: Type.Optional(Type.Record(Type.String(), natural())),
  },
  'The license of the nodes.',
);

const world = strict({
  start: Type.String({ format: 'date-time', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$' }),
  policy: Type.Optional(text("Relative to the drill's file.")),
  license: Type.Optional(license),
  nodes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'Enforcing applications, each with a signed word at the start.' }),
  ),
  until: Type.Optional(length('The end; default: the latest to, by or end of an event, and a day.')),
  owners: Type.Optional(Type.Array(text(), { maxItems: 100 })),
  seed: Type.Optional(natural()),
  whenNothingSigned: Type.Optional(words(['allow', 'deny'])),
  renewal: Type.Optional(words(['on', 'off'])),
});

/** Every kind of fault, with what it takes. */
const FAULTS: Readonly<Record<string, TSchema>> = {
  issuer: words(
    ['down', 'slow', 'wrong-no', 'error-500', 'error-401', 'rate-limit', 'garbage'],
    'What nodes reach when they ask for signed words.',
  ),
  server: words(['restart', 'down', 'restore'], 'The process of the control plane, with its jobs.'),
  node: words(['restart', 'add', 'identity-change', 'stop', 'hostile-offline']),
  clock: strict({ step: signed('By which the wall clock of nodes is set.') }),
  renewalJob: words(['dead']),
  renewal: words(['fails', 'short-term', 'not-installed']),
  license: words(['expire', 'suspend', 'revoke', 'reinstate']),
  status: words(['wrong-revoke-all', 'replayed']),
  policy: Type.Union([strict({ publish: text('A policy file, relative to the drill.') }), Type.String({ pattern: '^publish .+' })]),
  signingKey: words(['rotate', 'expire', 'stolen']),
  keySet: words(['rollback']),
  trustAnchor: words(['expire']),
  seats: strict({ want: natural('So many holders ask for a seat.') }),
  usage: strict({ meter: text(), add: Type.Number({ minimum: 0 }) }),
  owner: words(['leaves']),
  network: words(['partition']),
  probe: words(['blind']),
};

const more = { at: At, for: Type.Optional(length('When the fault ends.')), nodes: Type.Optional(Nodes) };

const event = Type.Union(
  Object.entries(FAULTS).map(([kind, schema]) => strict({ ...more, [kind]: schema })),
  { description: 'One fault.' },
);

const between = { from: Type.Optional(At), to: Type.Optional(At) };

const expectation = Type.Union(
  [
    strict({ always: text('A feature that is allowed on every node at every instant.'), ...between }),
    strict({ tier: text('The tier of every node in that time.'), ...between }),
    strict({ alert: text('A condition that is raised.'), by: Type.Optional(At) }),
    strict({ lossBy: Type.Union([Type.Literal('never'), At]) }),
    strict({ notice: length('At least so long before.'), before: Type.Literal('loss') }),
  ],
  { description: 'Ranges over the whole drill; one that never applied is a failure.' },
);

export const DrillSchema = Type.Object(
  {
    apiVersion: Type.Literal(API_VERSION),
    kind: Type.Literal('Drill'),
    metadata: strict({
      name: Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }),
      title: Type.Optional(text()),
      source: Type.Optional(text('Where the outage is told of.')),
    }),
    world,
    events: Type.Array(event, { maxItems: 10_000 }),
    expect: Type.Array(expectation, { minItems: 1, maxItems: 1_000 }),
  },
  { additionalProperties: false, ...published('drill', 'Drill', 'A scenario on a virtual clock, and what is expected of it.') },
);
