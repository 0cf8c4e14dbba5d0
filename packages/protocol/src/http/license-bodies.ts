/** Bodies about customers, products, licenses and policies. */
import { Type } from 'typebox';
import { instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, created, Digest, EnvironmentQuery, label, Reason, Reference, slug, view } from './body-parts.ts';

export const CustomerRequest = body({ name: label() });
export const CustomerView = view({ ...created, environment: text(), name: text() });

export const ProductRequest = body({ name: slug(), title: Type.Optional(label()) });
export const ProductView = view({ ...created, environment: text(), name: text(), title: text() });

const Overrides = body(
  { seats: Type.Optional(natural()), quotas: Type.Optional(map(natural(), 'Limit per meter.')) },
  'What this license has other than its plan.',
);

const End = orNull(instant(), 'Null: without an end.');

export const LicenseRequest = body({
  product: Reference,
  customer: Reference,
  policy: label('Name of a policy of the environment, or a digest with `pin`.'),
  plan: Type.Optional(label('Not needed when the policy has one only.')),
  startsAt: Type.Optional(instant('Default: now.')),
  expiresAt: Type.Optional(End),
  pin: Type.Optional(Type.Boolean({ description: 'Keep the policy of now instead of following its name.' })),
  overrides: Type.Optional(Overrides),
  ownerTeam: Type.Optional(Reference),
  create: Type.Optional(Type.Boolean({ description: 'Create product and customer where there are none of that name.' })),
});

export const LicenseView = view({
  ...created,
  environment: text(),
  product: text(),
  customer: text(),
  issuer: text(),
  ownerTeam: orNull(text()),
  policyName: text(),
  policyMode: words(['follow', 'pin']),
  status: words(['active', 'suspended', 'revoked']),
  statusAt: instant(),
  statusReason: orNull(text()),
  quarantinedAt: orNull(instant('Since when nobody new is let in, because a holder has shown a later change than a restored store has.')),
});

export const LicenseIssued = view({ license: LicenseView, key: text('License key: shown once, kept as a hash.') });

/** Suspend, reinstate, revoke. */
export const StatusRequest = body({ reason: Reason, effectiveAt: Type.Optional(instant()) });

/** Ends a quarantine. */
export const QuarantineRequest = body({ reason: Reason });

export const RenewRequest = body({
  expiresAt: Type.Optional(End),
  term: Type.Optional(label('A duration such as `1y`, added to the end. Default: the term of the plan.')),
});

export const TermsRequest = body({
  plan: Type.Optional(label()),
  overrides: Type.Optional(Overrides),
  effectiveFrom: Type.Optional(instant('Default: now.')),
});

export const LicenseKeyRequest = body({ expiresAt: Type.Optional(orNull(instant())), reason: Type.Optional(Reason) });
export const LicenseKeyView = view({
  ...created,
  hint: text('First characters.'),
  expiresAt: orNull(instant()),
  revokedAt: orNull(instant()),
});
export const LicenseKeyIssued = view({ id: text(), key: text('Shown once, kept as a hash.') });

export const RemoveHolderRequest = body({ holder: label(), reason: Reason });

export const PolicyQuery = body({
  ...EnvironmentQuery,
  publishOnly: Type.Optional(Type.Boolean({ description: 'Keep the version without pointing the environment at it.' })),
});
export const PolicyPublished = view({
  name: text(),
  digest: text(),
  violations: Type.Array(Type.Unknown(), { maxItems: 0 }),
  inForce: orNull(text(), 'Digest that the environment uses under the name now: this one, or the one that it has to be promoted over.'),
});
export const PolicyView = view({ ...created, name: text(), digest: text(), createdBy: text() });
export const PolicyDocument = view({ name: text(), digest: text(), source: text('As it was written.'), tree: Type.Unknown() });
export const PointerRequest = body({ digest: Digest });
export const PointerView = view({ environment: text(), name: text(), digest: text(), previous: orNull(text()), setAt: instant() });
