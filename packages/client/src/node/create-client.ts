/** The client on Node: fills in the platform. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { nodeCrypto } from '@glidepath/protocol/node';
import { createClientOn, type LicenceClient } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import type { Platform } from '../platform.ts';
import { nodeFetch } from './fetch.ts';
import { nodeFiles } from './files.ts';
import { bootId, fingerprintOf, machineComponents, nodeClock, nodeScheduler } from './machine.ts';

const BREAK_GLASS_VARIABLE = 'GLIDEPATH_BREAK_GLASS';

/**
 * Makes a client. It begins at once to read its cache and to ask the server; `check` answers from the first moment on,
 * by `whenNothingSigned` until there is something signed. Timers and idle connections keep no process alive.
 */
export function createClient(options: ClientOptions): LicenceClient {
  return createClientOn(nodePlatform(options), options);
}

/** The platform of this process, with the parts that the options replace. */
export function nodePlatform(options: Pick<ClientOptions, 'cacheDir' | 'fingerprint' | 'breakGlassFile' | 'platform'>): Platform {
  const components = fingerprintOf(options.fingerprint ?? machineComponents());
  const breakGlassFile = options.breakGlassFile ?? process.env[BREAK_GLASS_VARIABLE];
  return {
    clock: nodeClock,
    scheduler: nodeScheduler,
    random: { next: Math.random },
    entropy: { bytes: (count) => randomBytes(count) },
    crypto: nodeCrypto,
    files: nodeFiles(options.cacheDir, Date.now),
    fetch: nodeFetch,
    bootId,
    fingerprint: () => components,
    breakGlass: async () => (breakGlassFile ? readFile(breakGlassFile, 'utf8').catch(() => null) : null),
    log: { info: writeLine, warn: writeLine },
    ...options.platform,
  };
}

/** One line per change on standard error. Names of others are JSON strings, with every control character made visible. */
function writeLine(event: string, facts: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(facts).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  process.stderr.write(`glidepath ${event} ${text}\n`);
}
