/**
 * A witness of the transparency log, beside the client and not part of it: remembers the newest signed head that it has seen, and
 * notices a log that was rolled back or rewritten.
 *
 * It takes nothing away from the application, whatever it finds: that is for people. A control plane that does not answer
 * is no finding.
 */
import type { Instant } from '@glidepath/core';
import { type KeySet, openKeySet } from '@glidepath/protocol/keys';
import { isConsistent, type LogHeadClaims, openLogHead } from '@glidepath/protocol/transparency';
import { type Crypto, decodeBase64Url } from '@glidepath/protocol/words';
import type { Fetch, FileStore } from '../platform.ts';

export interface WitnessOptions {
  readonly server: string;
  /** The license key of the application, or a token. */
  readonly licenseKey: string;
  /** Public root keys that the application pins. */
  readonly roots: readonly string[];
  readonly issuer: string;
  /** Default `production`. */
  readonly environment?: string;
}

export interface WitnessPlatform {
  readonly fetch: Fetch;
  readonly files: Pick<FileStore, 'read' | 'write'>;
  readonly crypto: Crypto;
  readonly now: () => Instant;
}

export interface SeenHead {
  readonly size: number;
  readonly root: string;
  readonly incarnation: number;
}

/**
 * `first`, `same` and `grown` are as it should be. `rolled-back`: the log is shorter than it was (where `incarnation` rose, the
 * store was restored from a backup, which somebody should know). `forked`: it does not begin with what was seen.
 */
export type WitnessFinding = 'first' | 'same' | 'grown' | 'rolled-back' | 'forked' | 'not-believed' | 'unreachable';

export interface Witnessed {
  readonly finding: WitnessFinding;
  /** What is remembered from now on: after a finding that is none of the good ones, what was remembered before. */
  readonly head: SeenHead | null;
  /** What the control plane showed; null: nothing that is believed. */
  readonly shown: SeenHead | null;
}

export interface Witness {
  /** Asks for the newest head and compares. Never throws. */
  look(): Promise<Witnessed>;
  /** After a restore that somebody knows of: the next look begins anew. */
  forget(): Promise<void>;
}

const HEAD_FILE = 'log-head.json';
const BODY_MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 10_000;

export function createWitnessOn(platform: WitnessPlatform, options: WitnessOptions): Witness {
  const { files, crypto, now } = platform;
  const { server, licenseKey, roots, issuer: iss, environment: env = 'production' } = options;

  async function ask(path: string): Promise<Record<string, unknown> | null> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const headers = { authorization: `Bearer ${licenseKey}` };
    const url = `${server.replace(/\/+$/, '')}${path}`;
    try {
      const { status, body } = await platform.fetch({ method: 'GET', url, headers, body: null, bodyMaxBytes: BODY_MAX_BYTES, signal });
      const value: unknown = status === 200 ? JSON.parse(body) : null;
      return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
    } catch {
      return null;
    }
  }

  async function remembered(): Promise<SeenHead | null> {
    try {
      const value = JSON.parse((await files.read(HEAD_FILE)) ?? 'null') as SeenHead | null;
      return value !== null && Number.isSafeInteger(value.size) && typeof value.root === 'string' ? value : null;
    } catch {
      return null;
    }
  }

  async function continues(before: SeenHead, { size, root }: LogHeadClaims): Promise<boolean | null> {
    if (before.size === size) return before.root === root;
    const answer = await ask(`/v1/log/consistency?from=${before.size}&to=${size}`);
    if (answer === null) return null;
    const [one, two, ...hashes] = [before.root, root, ...textsOf(answer.hashes)].map((text) => decodeBase64Url(text));
    if (!one || !two || hashes.some((hash) => !hash)) return false;
    return isConsistent({ size: before.size, root: one }, { size, root: two }, hashes as Uint8Array[], crypto);
  }

  async function look(): Promise<Witnessed> {
    const before = await remembered();
    const [bundle, answer] = await Promise.all([ask('/v1/keyset'), ask('/v1/log/head')]);
    if (bundle === null || answer === null) return { finding: 'unreachable', head: before, shown: null };
    const keys = openKeySet(bundle, { roots, env, iss, now: now(), crypto });
    const opened = keys.ok ? openLogHead(answer.head, { keys: keys.value satisfies KeySet, crypto, env, iss }) : null;
    if (opened?.ok !== true) return { finding: 'not-believed', head: before, shown: null };
    const { size, root, incarnation } = opened.value;
    const shown: SeenHead = { size, root, incarnation };
    if (before !== null && size < before.size) return { finding: 'rolled-back', head: before, shown };
    const isSame = before === null ? true : await continues(before, opened.value);
    if (isSame === null) return { finding: 'unreachable', head: before, shown };
    if (!isSame) return { finding: 'forked', head: before, shown };
    if (before?.size !== size) await files.write(HEAD_FILE, JSON.stringify(shown)).catch(() => {});
    return { finding: before === null ? 'first' : before.size === size ? 'same' : 'grown', head: shown, shown };
  }

  return {
    look,
    forget: () => files.write(HEAD_FILE, 'null').catch(() => {}),
  };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
