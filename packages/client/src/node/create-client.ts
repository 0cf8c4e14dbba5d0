/** The client on Node: fills in the platform. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { nodeCrypto } from '@glidepath/protocol/node';
import { createClientOn, type LicenceClient } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import type { Platform } from '../platform.ts';
import { nodeFetch } from './fetch.ts';
import { nodeFiles } from './files.ts';
import { bootId, nodeClock, nodeScheduler } from './machine.ts';
import { nodeStream } from './stream.ts';

/**
 * Makes a client. It begins at once to read its cache and to ask the server; `check` answers from the first moment on,
 * by `whenNothingSigned` until there is something signed. Timers and idle connections keep no process alive.
 */
export function createClient(options: ClientOptions): LicenceClient {
  const client = createClientOn(nodePlatform(options), options);
  const { ready, refresh, close } = client;
  return Object.assign(client, { ready: awake(ready), refresh: awake(refresh), close: awake(close) });
}

/** Whoever waits for an answer keeps the process alive until it is there: a command would otherwise end in the middle. */
function awake<A extends readonly unknown[], T>(method: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  return (...args) => {
    const hold = setInterval(() => {}, LONGEST_TIMER_MS);
    return method(...args).finally(() => clearInterval(hold));
  };
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The platform of this process, with the parts that the options replace. */
export function nodePlatform(options: Pick<ClientOptions, 'cacheDir' | 'breakGlassFile' | 'platform'>): Platform {
  const breakGlassFile = options.breakGlassFile ?? process.env.GLIDEPATH_BREAK_GLASS;
  return {
    clock: nodeClock,
    scheduler: nodeScheduler,
    random: { next: Math.random },
    entropy: { bytes: (count) => randomBytes(count) },
    crypto: nodeCrypto,
    files: nodeFiles(options.cacheDir),
    fetch: nodeFetch,
    // Whoever brings another transport may be nowhere near a network.
    stream: options.platform?.fetch ? undefined : nodeStream,
    bootId,
    breakGlass: async () => (breakGlassFile ? readFile(breakGlassFile, 'utf8').catch(() => null) : null),
    log: { info: writeLine, warn: writeLine },
    ...options.platform,
  };
}

/** One line per change on standard error. Names of others are JSON strings, with every control character made visible. */
function writeLine(event: string, facts: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(facts).replace(/[\x7f-\x9f\u2028\u2029]/g, encodeURIComponent);
  process.stderr.write(`glidepath ${event} ${text}\n`);
}
