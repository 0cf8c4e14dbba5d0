/** Parts of request and response bodies. Instants are ms since 1970 here as everywhere; unknown keys of a request are errors. */
import { type TProperties, type TSchema, Type } from 'typebox';
import { instant, orNull, text } from '../schemas/parts.ts';

/** A name that people give; its characters are nobody's business but its length is. */
export function label(description?: string, maxLength = 200) {
  return Type.String({ minLength: 1, maxLength, ...(description === undefined ? {} : { description }) });
}

/** `production`, `acme-build`: what stands in addresses and file names. */
export function slug(description?: string) {
  return Type.String({
    pattern: '^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$',
    ...(description === undefined ? {} : { description }),
  });
}

/** An id or a name. */
export const Reference = label('Id or name.');

export const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'Digest of a policy document.' });

/** A request body: a key that is not named here is an error. */
export function body<P extends TProperties>(properties: P, description?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(description === undefined ? {} : { description }) });
}

/** A part of an answer: a later version may say more. */
export function view<P extends TProperties>(properties: P, description?: string) {
  return Type.Object(properties, description === undefined ? {} : { description });
}

export function page<S extends TSchema>(item: S) {
  return Type.Object({
    items: Type.Array(item),
    next: orNull(text(), 'Hand this in as `after` for what follows; null at the end.'),
  });
}

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  after: Type.Optional(label('`next` of the page before.')),
};

export const EnvironmentQuery = { environment: Type.Optional(slug('Default: that of the credential, or `production`.')) };

export const ListQuery = body({ ...PageQuery, ...EnvironmentQuery });

export const Reason = label('Why; kept in the audit log.', 1000);

export const created = { id: text(), createdAt: instant() };
