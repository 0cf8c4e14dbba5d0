/** Whether the next start would find the sealing key that everything sealed lies under. */
import { timingSafeEqual } from 'node:crypto';
import type { Entropy } from '@glidepath/core';
import type { StartCheck } from '../telemetry/next-start.ts';
import { readSealKey, type SealKeySource } from './seal-key.ts';

const NO_ENTROPY: Entropy = {
  bytes: () => {
    throw new Error('a check makes no key');
  },
};

/** `key`: as this node read it when it started. */
export function sealKeyCheck(source: Omit<SealKeySource, 'mayMake'>, key: Uint8Array): StartCheck {
  return {
    what: 'the sealing key',
    async problem() {
      const now = readSealKey({ ...source, mayMake: false }, NO_ENTROPY);
      return timingSafeEqual(now, key) ? null : `${source.file} holds another key than the one that this node started with`;
    },
  };
}
