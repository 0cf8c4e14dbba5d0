/** A witness of the transparency log on Node, an entry of its own: `@glidepath/client/witness`. */
import { nodeCrypto } from '@glidepath/protocol/node';
import { createWitnessOn, type Witness, type WitnessOptions, type WitnessPlatform } from '../witness/witness.ts';
import { nodeFetch } from './fetch.ts';
import { nodeFiles } from './files.ts';
import { nodeClock } from './machine.ts';

export type { SeenHead, Witness, Witnessed, WitnessFinding, WitnessOptions } from '../witness/witness.ts';

export interface NodeWitnessOptions extends WitnessOptions {
  /** Where the newest head is remembered. */
  readonly folder: string;
  /** Parts of the platform to replace. */
  readonly platform?: Partial<WitnessPlatform>;
}

export function createWitness({ folder, platform, ...options }: NodeWitnessOptions): Witness {
  return createWitnessOn(
    { fetch: nodeFetch, files: nodeFiles(folder), crypto: nodeCrypto, now: () => nodeClock.now(), ...platform },
    options,
  );
}
