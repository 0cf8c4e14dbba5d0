/** What an application says when it makes a client, and what is wrong with that. */
import type { KeySetBundle } from '@glidepath/protocol/keys';
import { isPublicKey } from '@glidepath/protocol/words';
import type { OpenTelemetryMeter } from './meters.ts';
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
  /** What makes this machine itself, by component; only hashes leave it. Default: what the platform finds. */
  readonly fingerprint?: Readonly<Record<string, string>>;
  /** An OpenTelemetry meter; without one, `health()` has the same counters. */
  readonly meter?: OpenTelemetryMeter;
  /** Parts of the platform to replace: clocks, files, HTTP, logs. */
  readonly platform?: Partial<Platform>;
}

/** Why a client can never get a word as it was made. It answers by `whenNothingSigned`, and its status is `fatal`. */
export type Misconfiguration = 'no-server' | 'bad-server' | 'no-license-key' | 'no-roots' | 'bad-root';

export interface Settings {
  readonly servers: readonly string[];
  readonly licenseKey: string;
  readonly roots: readonly string[];
  readonly allowsUnsigned: boolean;
  readonly env: string;
  readonly issuer: string | null;
  readonly license: string | null;
  readonly bootstrap: { readonly word: string; readonly keySet: KeySetBundle | null } | null;
  readonly person: string | null;
  readonly group: string | null;
  readonly client: string | null;
  readonly misconfiguration: Misconfiguration | null;
}

/**
 * Reads the options. Throws a TypeError for the one mistake that only the source of the program can contain
 * (`whenNothingSigned`); everything that comes from configuration becomes the status `fatal` instead, because a mistyped
 * address must not keep an application from starting.
 */
export function settingsOf(options: ClientOptions): Settings {
  const { whenNothingSigned, bootstrap } = options;
  if (whenNothingSigned !== 'allow' && whenNothingSigned !== 'deny') throw new TypeError("whenNothingSigned must be 'allow' or 'deny'");
  const servers = (typeof options.server === 'string' ? [options.server] : (options.server ?? [])).map((url) => url.replace(/\/+$/, ''));
  const settings = {
    servers,
    licenseKey: options.licenseKey ?? '',
    roots: options.roots ?? [],
    allowsUnsigned: whenNothingSigned === 'allow',
    env: options.environment ?? 'production',
    issuer: options.issuer ?? null,
    license: options.license ?? null,
    bootstrap: bootstrap === undefined ? null : typeof bootstrap === 'string' ? { word: bootstrap, keySet: null } : bootstrap,
    person: options.person ?? null,
    group: options.group ?? null,
    client: options.client ?? null,
  };
  return { ...settings, misconfiguration: misconfigurationOf(settings) };
}

function misconfigurationOf({ servers, licenseKey, roots }: Pick<Settings, 'servers' | 'licenseKey' | 'roots'>): Misconfiguration | null {
  if (servers.length === 0) return 'no-server';
  if (!servers.every((url) => /^https?:\/\/[^/]/.test(url) && URL.canParse(url))) return 'bad-server';
  if (licenseKey === '') return 'no-license-key';
  if (roots.length === 0) return 'no-roots';
  return roots.every(isPublicKey) ? null : 'bad-root';
}
