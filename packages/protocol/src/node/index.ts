/** What needs `node:crypto`. */

export { nodeCrypto } from './node-crypto.ts';
