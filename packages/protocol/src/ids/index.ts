/** Ids and secrets. */

export { ID_PREFIXES, type IdPrefix, isId, newId } from './ids.ts';
export { hashSecret, isWellFormedSecret, newSecret, normalizeSecret, SECRET_PREFIXES, type SecretKind, secretHint } from './secrets.ts';
