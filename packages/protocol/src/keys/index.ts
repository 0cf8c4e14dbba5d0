/** Key sets: from pinned roots to the keys that sign words, and when those change. */

export { type Jwk, jwks } from './jwks.ts';
export * from './key-set.ts';
export { type KeySetContext, keySetDigest, openKeySet } from './open-key-set.ts';
export { KEY_SET_REASONS, type KeySetReason } from './reasons.ts';
