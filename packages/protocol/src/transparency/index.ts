/** The transparency log: its tree, its proofs, its leaves and its signed heads. */

export { auditLeafHash, auditLeafText } from './log-entry.ts';
export * from './log-head.ts';
export * from './log-proofs.ts';
export * from './merkle.ts';
