/** Virtual time, machines whose clocks lie, seeded chance: what a test or a drill hands to the client and the server. */

export { keyedHashCrypto } from './virtual/keyed-hash-crypto.ts';
export { type MemoryFiles, memoryFiles } from './virtual/memory-files.ts';
export { seededEntropy, seededRandom } from './virtual/seeded-chance.ts';
export { type Drift, VirtualMachine, type VirtualProcess } from './virtual/virtual-machine.ts';
export { VirtualTime } from './virtual/virtual-time.ts';
