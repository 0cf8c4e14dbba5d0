/** Bodies of what embedded clients ask: leases, checks, keys. */
import { Type } from 'typebox';
import { DecisionSchema } from '../schemas/decision-schemas.ts';
import { amount, Counter, instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { ProblemSchema } from '../schemas/problem-schema.ts';
import { body, EnvironmentQuery, label, PageQuery, slug, view } from './body-parts.ts';

/** Compact JWS of a few claims. */
const Proof = Type.String({ maxLength: 16_384, description: 'Proof of possession, typ `glidepath-proof+jwt`.' });

const Fingerprint = Type.Unsafe<Record<string, string>>({
  type: 'object',
  propertyNames: { maxLength: 64 },
  additionalProperties: { type: 'string', maxLength: 128 },
  maxProperties: 32,
  description: 'Hashes of the components of the machine, by component.',
});

const leaseRequest = {
  proof: Proof,
  fingerprint: Type.Optional(Fingerprint),
  person: Type.Optional(label('Who holds a named seat.', 320)),
  client: Type.Optional(label('Name and version of the client, for lists.')),
  grantsUsed: Type.Optional(Type.Array(label('`jti` of a grant.'), { maxItems: 16 })),
  group: Type.Optional(slug('Group whose reserved seats the holder may use; one that the plan does not know is none.')),
  keySet: Type.Optional(body({ version: natural() }, 'The key set that the client holds: a hint.')),
};

/** Body of acquire, renew and release. */
export const LeaseRequest = body(leaseRequest);

/** Most items of one batch. */
export const BATCH_MAX = 1_000;

export const LeaseBatchRequest = body({
  items: Type.Array(body({ op: words(['acquire', 'renew', 'release']), ...leaseRequest }), { minItems: 1, maxItems: BATCH_MAX }),
});

/** `problem` as it would have been the body of the item's own answer, but for the word, which is beside it. */
export const LeaseBatchAnswer = view({
  items: Type.Array(
    view({
      status: natural('What the item alone would have been answered with.'),
      word: Type.Optional(text('Lease or verdict, compact JWS.')),
      keySet: Type.Optional(view({ version: natural() })),
      problem: Type.Optional(ProblemSchema),
    }),
    { description: 'In the order of the request.' },
  ),
});

export const LeaseAnswer = view({ word: text('The lease, compact JWS.') });

export const ReleaseAnswer = view({ released: Type.Literal(true) });

export const CheckRequest = body({
  license: Type.Optional(label('Not needed with a license key.')),
  feature: Type.Optional(label()),
  features: Type.Optional(Type.Array(label(), { maxItems: 100, description: 'Neither given: every feature of the policy.' })),
});

export const CheckAnswer = view({ decisions: Type.Array(DecisionSchema) });

export const CheckBatchRequest = body({ items: Type.Array(CheckRequest, { minItems: 1, maxItems: BATCH_MAX }) });

export const CheckBatchAnswer = view({
  items: Type.Array(
    view({
      status: natural('What the item alone would have been answered with.'),
      decisions: Type.Optional(Type.Array(DecisionSchema)),
      problem: Type.Optional(ProblemSchema),
    }),
    { description: 'In the order of the request.' },
  ),
});

export const LeaseListQuery = body({ ...PageQuery, ...EnvironmentQuery, license: Type.Optional(label()) });

export const LeaseView = view({
  id: text(),
  license: text(),
  holder: text('Thumbprint of the key of the installation, or the pseudonym of a person.'),
  kind: orNull(words(['floating', 'named', 'node-locked'])),
  state: words(['granted', 'overage', 'queued', 'when-full', 'reaped', 'released', 'removed']),
  epoch: Counter,
  tier: orNull(text()),
  acquiredAt: instant(),
  renewedAt: instant(),
  holdUntil: instant(),
  renewals: natural(),
  client: orNull(text()),
});

export const UsageView = view({ meter: text(), used: amount(), asOf: instant() });

const Jwk = view({
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: text(),
  kid: text(),
  use: Type.Literal('sig'),
  alg: Type.Literal('EdDSA'),
});

export const JwksAnswer = view({ keys: Type.Array(Jwk) });

export const BootstrapQuery = body({ license: label(), ...EnvironmentQuery });

export const HealthAnswer = view({ status: text(), facts: Type.Optional(map(Type.Unknown())) });
