/** Bodies about keys, grants, people, tokens and what was recorded. */
import { ROLES } from '@glidepath/core';
import { Type } from 'typebox';
import { instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, created, EnvironmentQuery, label, PageQuery, Reason, Reference, slug, view } from './body-parts.ts';

const Role = words(ROLES);
const Email = label('For messages.', 320);

export const KeyView = view({
  kid: text(),
  use: words(['sign', 'key-set']),
  x: text(),
  status: words(['active', 'retired', 'compromised']),
  notBefore: instant(),
  signsUntil: instant(),
  statusAt: instant(),
});
export const CompromisedRequest = body({ reason: Reason });
export const CertificateRequest = body({
  certificate: Type.String({ maxLength: 16_384, description: 'Compact JWS, typ `glidepath-keyset-key+jwt`, signed by a root.' }),
});

export const GrantRequest = body({
  license: label(),
  tier: label('Best tier of a lease under the grant.'),
  seats: natural(),
  until: instant(),
  purpose: Type.Literal('break-glass'),
});
export const GrantIssued = view({ grant: text('Compact JWS.'), seed: text('Seed of the sub-key, base64url: shown once.') });

export const SignInRequest = body({ code: label('`gls_…`, printed at the first start.') });
export const TokenIssued = view({ id: text(), token: text('Shown once, kept as a hash.'), expiresAt: instant() });
export const TokenRequest = body({
  name: label(),
  principal: Type.Optional(Reference),
  roles: Type.Array(Role, { minItems: 1, uniqueItems: true }),
  environment: Type.Optional(orNull(slug('Null: all.'))),
  expiresAt: Type.Optional(instant()),
});
export const TokenView = view({
  ...created,
  principal: text(),
  name: text(),
  hint: text('First characters.'),
  roles: Type.Array(Role),
  environment: orNull(text()),
  expiresAt: instant(),
  revokedAt: orNull(instant()),
});

export const PrincipalRequest = body({ kind: words(['person', 'service', 'agent']), name: label(), email: Type.Optional(Email) });
export const PrincipalView = view({
  ...created,
  kind: words(['person', 'service', 'agent']),
  name: text(),
  email: orNull(text()),
  disabledAt: orNull(instant()),
});
export const TeamRequest = body({ name: slug(), members: Type.Optional(Type.Array(Reference, { maxItems: 500 })) });
export const TeamView = view({ ...created, name: text(), members: Type.Optional(Type.Array(text())) });
export const RoleGrantRequest = body({ principal: Reference, role: Role, environment: Type.Optional(orNull(slug('Null: all.'))) });
export const RoleGrantView = view({ ...created, principal: text(), role: Role, environment: orNull(text()) });

export const AuditQuery = body({ ...PageQuery, ...EnvironmentQuery, subject: Type.Optional(label()) });
export const AuditView = view({
  id: text(),
  environment: orNull(text()),
  at: instant(),
  actor: text(),
  action: text(),
  subject: text(),
  facts: map(Type.Unknown()),
});
export const EventView = view({
  id: text(),
  environment: orNull(text()),
  at: instant(),
  type: text(),
  subject: text(),
  data: map(Type.Unknown()),
});
export const FindingView = view({
  code: text(),
  severity: words(['info', 'warning', 'critical']),
  message: text(),
  command: orNull(text(), 'What mends it.'),
});
