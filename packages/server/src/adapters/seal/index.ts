/** Secrets at rest. */

export { createSeal, SEAL_KEY_BYTES } from './aes-seal.ts';
export { lockRootFile } from './lock-root.ts';
export { sealKeyCheck } from './seal-check.ts';
export { readSealKey, SEAL_KEY_VARIABLE, type SealKeySource, sealFileExaminer } from './seal-key.ts';
