/** What needs `node:crypto`. */

export { nodeCrypto } from './node-crypto.ts';
export { openRoot, type RootFile, type RootFileReason, sealRoot } from './root-file.ts';
export { threadedCrypto } from './threaded-crypto.ts';
