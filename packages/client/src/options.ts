/** What an application says when it makes a client, and what is wrong with that. */
import type { KeySetBundle } from '@glidepath/protocol/keys';
import { isPublicKey } from '@glidepath/protocol/words';
import type { Platform } from './platform.ts';

export interface ClientOptions {
  /** One control plane, under one or several addresses. */
  readonly server: string | readonly string[];
  /** `glk_…`: the client's credential. */
  readonly licenseKey: string;
  /** Public root keys (base64url) that the application pins: two, so that one can be lost. */
  readonly roots: readonly string[];
  /** What every feature gives while nothing signed was ever seen. There is no default: only the product can know. */
  readonly whenNothingSigned: 'allow' | 'deny';
  /** Where lease and installation key are kept; processes that share it share one seat. */
  readonly cacheDir: string;
  /** Default `production`. A word of another environment is not believed. */
  readonly environment?: string;
  /** Default: the issuer that the pinned root has signed. */
  readonly issuer?: string;
  /**
   * `lic_…`: the license that the words must be about. Default: the one first seen under this license key. Give it where
   * license keys are rotated, so that a cache under the old key is still believed while the server is away.
   */
  readonly license?: string;
  /** A lease that the product ships with, and the key set to verify it before the first contact. */
  readonly bootstrap?: string | { readonly word: string; readonly keySet: KeySetBundle };
  /** Whose seat it is, in plans with named seats. */
  readonly person?: string;
  /** The group that a seat is asked for, in plans with reserved seats. */
  readonly group?: string;
  /** Name and version of the application, for whoever looks at the list of leases. */
  readonly client?: string;
  /** A break-glass lease, used when nothing else is left. Default: `GLIDEPATH_BREAK_GLASS` of the environment. */
  readonly breakGlassFile?: string;
  /** Hashes of what makes this machine itself, by component: `machineFingerprint()` for node-locked plans. Default: none. */
  readonly fingerprint?: Readonly<Record<string, string>>;
  /** Parts of the platform to replace: clocks, files, HTTP, logs. */
  readonly platform?: Partial<Platform>;
}

/** Why a client can never get a word as it was made. It answers by `whenNothingSigned`, and its status is `fatal`. */
export type Misconfiguration = 'bad-server' | 'no-license-key' | 'bad-roots';

/** The options, with what follows from them. */
export interface Settings extends ClientOptions {
  readonly servers: readonly string[];
  readonly env: string;
  readonly misconfiguration: Misconfiguration | null;
}

/**
 * Reads the options. Throws a TypeError for the one mistake that only the source of the program can contain
 * (`whenNothingSigned`); everything that comes from configuration becomes the status `fatal` instead, because a mistyped
 * address must not keep an application from starting.
 */
export function settingsOf(options: ClientOptions): Settings {
  const { whenNothingSigned, server, environment } = options;
  if (whenNothingSigned !== 'allow' && whenNothingSigned !== 'deny') throw new TypeError("whenNothingSigned must be 'allow' or 'deny'");
  const servers = (typeof server === 'string' ? [server] : (server ?? [])).map((url) => url.replace(/\/+$/, ''));
  return { ...options, servers, env: environment ?? 'production', misconfiguration: misconfigurationOf(options, servers) };
}

function misconfigurationOf({ licenseKey, roots }: ClientOptions, servers: readonly string[]): Misconfiguration | null {
  if (servers.length === 0 || !servers.every((url) => /^https?:/.test(url) && URL.canParse(url))) return 'bad-server';
  if (!licenseKey) return 'no-license-key';
  return roots?.length > 0 && roots.every(isPublicKey) ? null : 'bad-roots';
}
