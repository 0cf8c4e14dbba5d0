/** What needs `node:crypto`. */

export { nodeCrypto, threadedCrypto } from './node-crypto.ts';
export { openRoot, type RootFile, type RootFileReason, sealRoot } from './root-file.ts';
