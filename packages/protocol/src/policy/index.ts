/** Policy documents as text: read with positions, named by their canonical bytes. Brings the YAML parser along. */

export { canonicalize, digestOf } from './digest.ts';
export type { Locate, LocatedRemark, LocatedViolation } from './located.ts';
export { type PolicyDocument, type ReadPolicy, readPolicy } from './read-policy.ts';
export { READING_VIOLATIONS, type ReadingViolationCode } from './reading-violations.ts';
export { type Position, SOURCE_BYTES_MAX } from './source-text.ts';
