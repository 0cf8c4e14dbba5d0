/**
 * Which control plane the command talks to, and as whom.
 *
 * A token comes from GLIDEPATH_TOKEN or from the file that `sign-in` wrote: mode 600, in a folder of mode 700 below the
 * user's configuration folder, one token per server. It is sent to the server that it was given by and to no other.
 */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { usage } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:7070';

export interface Target {
  /** Without a slash at the end. */
  readonly server: string;
  readonly token: string | null;
  /** Null: the token's own, or `production`. */
  readonly environment: string | null;
}

interface Credentials {
  readonly current: string | null;
  readonly tokens: Readonly<Record<string, string>>;
}

export function credentialsFile(env: Shell['env']): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'glidepath', 'credentials.json');
}

export interface TargetOptions {
  readonly server?: string;
  readonly environment?: string;
}

/** `server` is what the command line names; else GLIDEPATH_SERVER, else the one signed in to last, else this machine. */
export async function findTarget(shell: Shell, { server, environment }: TargetOptions): Promise<Target> {
  const kept = await readCredentials(shell);
  const address = checkedAddress(server ?? (shell.env.GLIDEPATH_SERVER || undefined) ?? kept.current ?? DEFAULT_SERVER);
  const token = shell.env.GLIDEPATH_TOKEN || kept.tokens[address] || null;
  if (token !== null && address.startsWith('http:') && !isLoopback(address)) {
    shell.screen.remark(
      text`${shell.screen.paint.warn('warning:')} ${address} is not encrypted: others on the way can read your token. Use https://.`,
    );
  }
  return { server: address, token, environment: environment ?? (shell.env.GLIDEPATH_ENVIRONMENT || null) };
}

export async function keepToken(shell: Shell, server: string, token: string): Promise<string> {
  const path = credentialsFile(shell.env);
  const kept = await readCredentials(shell);
  const next: Credentials = { current: server, tokens: { ...kept.tokens, [server]: token } };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(fresh, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(fresh, path);
  return path;
}

async function readCredentials(shell: Shell): Promise<Credentials> {
  const path = credentialsFile(shell.env);
  let words: string;
  try {
    words = await readFile(path, 'utf8');
  } catch {
    return { current: null, tokens: {} };
  }
  await closeToOthers(path, shell);
  try {
    const found: Partial<Credentials> = JSON.parse(words);
    const tokens = Object.entries(found.tokens ?? {}).filter(([, token]) => typeof token === 'string');
    return { current: typeof found.current === 'string' ? found.current : null, tokens: Object.fromEntries(tokens) };
  } catch {
    throw usage(`${path} is no JSON.`, { code: 'credentials-damaged', next: text`rm ${path}, then glidepath sign-in CODE` });
  }
}

/** A file that others can read, copied by hand or restored from a backup, is closed and said so. */
async function closeToOthers(path: string, shell: Shell): Promise<void> {
  if (process.platform === 'win32') return;
  const facts = await stat(path).catch(() => null);
  if (facts === null || (facts.mode & 0o077) === 0) return;
  await chmod(path, 0o600).catch(() => {});
  shell.screen.remark(
    text`${shell.screen.paint.warn('warning:')} others could read ${path}; it is closed now. Replace the token: glidepath token list`,
  );
}

export function checkedAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw usage(`the server's address is not usable: ${address}`, { details: ['expected: such as https://licences.example.com'] });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
