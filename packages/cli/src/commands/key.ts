/** `glidepath key`: the keys that sign, their ends, and what to do when one is stolen. */
import { after, durationWords, type Instant, YEAR } from '@glidepath/core';
import { signKeySetKey } from '@glidepath/protocol/keys';
import { openRoot } from '@glidepath/protocol/node';
import { decodeBase64Url } from '@glidepath/protocol/words';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { type Asking, online } from './online.ts';
import type { KeyAnswer, RootAnswer } from './views.ts';

export function registerKey(registrar: Registrar): void {
  const key = registrar.program.command('key').description('see, rotate and condemn signing keys');
  online(registrar, key.command('list').description('list keys and roots with their ends'), list);
  const rotate = key.command('rotate').description('make a new key at once; the one before goes on verifying');
  rotate.option('--use <use>', 'sign or key-set; a new key-set key waits for its certificate from the root', 'sign');
  online<{ use: string }>(registrar, rotate, async ({ api, options, answer }) => {
    const made = await api.post<KeyAnswer>('/v1/keys/rotate', { use: options.use });
    return answer(made, [text`made ${made.kid}, which signs until ${day(made.signsUntil)}`, 'next: glidepath key list']);
  });
  const compromised = key
    .command('compromised <kid>')
    .description('condemn a stolen key: what it signed becomes the cause `trust`, a path and not a cliff');
  online<{ reason: string }>(
    registrar,
    compromised.requiredOption('--reason <text>', 'why; kept in the audit log'),
    async ({ api, options, answer }, kid = '') => {
      const now = await api.post<KeyAnswer>(`/v1/keys/${encodeURIComponent(kid)}/compromised`, { reason: options.reason });
      return answer(now, [
        text`${kid} is compromised; ${now.kid === kid ? 'the others sign' : text`${now.kid} signs from now on`}`,
        'next: glidepath key list',
      ]);
    },
  );
  const certify = key.command('certify <kid>').description('let a new key-set key take over: signs its certificate with the root');
  certify.requiredOption('--root <file>', 'file of a root; its passphrase is asked for, and it goes nowhere');
  online<{ root: string }>(registrar, certify, certifyKey);
}

const STATUSES = ['compromised', 'active', 'retired'];

async function list({ api, shell, paint, answer }: Asking<object>): Promise<ExitCode> {
  const [keys, roots] = await Promise.all([
    api.get<{ items: readonly KeyAnswer[] }>('/v1/keys'),
    api.get<{ items: readonly RootAnswer[] }>('/v1/roots'),
  ]);
  const ordered = keys.items.toSorted((a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) || a.signsUntil - b.signsUntil);
  return answer({ keys: ordered, roots: roots.items }, [...keyTable(ordered, shell.now(), paint), '', ...rootTable(roots.items, paint)]);
}

function keyTable(keys: readonly KeyAnswer[], now: Instant, paint: Paint): readonly Safe[] {
  const rows = keys.map(({ kid, use, status, signsUntil, isCertified }): readonly Sayable[] => [
    status === 'compromised' ? paint.bad(status) : status === 'active' ? paint.good(status) : status,
    use,
    signsUntil > now ? `${day(signsUntil)} (in ${durationWords(signsUntil - now)})` : day(signsUntil),
    isCertified === false ? text`${kid} ${paint.warn('(waits for its certificate)')}` : kid,
  ]);
  return table([['STATUS', 'USE', 'SIGNS UNTIL', 'KEY'].map((head) => paint.dim(head)), ...rows]);
}

function rootTable(roots: readonly RootAnswer[], paint: Paint): readonly Safe[] {
  const rows = roots.map(({ number, x, exportedAt }): readonly Sayable[] => [
    number,
    exportedAt === null ? paint.warn('not exported') : `exported ${day(exportedAt)}`,
    x,
  ]);
  return table([['ROOT', 'FILE', 'PIN IN APPLICATIONS'].map((head) => paint.dim(head)), ...rows]);
}

/**
 * Signs, with the root, that a key may sign key sets for a year. Only the signed certificate leaves this machine, so the
 * command is run where the root is, and the control plane may be elsewhere.
 */
async function certifyKey({ api, shell, options, answer }: Asking<{ root: string }>, kid = ''): Promise<ExitCode> {
  const { items: keys } = await api.get<{ items: readonly KeyAnswer[] }>('/v1/keys');
  const key = keys.find((each) => each.kid === kid);
  if (key?.use !== 'key-set' || key.isCertified !== false) {
    throw usage(`${kid} is no key that waits for a certificate.`, {
      next: 'glidepath key list, or make one: glidepath key rotate --use key-set',
    });
  }
  const { keySetKey } = await api.get<{ keySetKey: string }>('/v1/keyset');
  const { iss, env } = payloadOf(keySetKey);
  const opened = openRoot(await readRoot(shell, options.root), (await shell.readSecret('passphrase of the root: ')).trim());
  if (!opened.ok) throw usage(`${options.root}: ${opened.message}`, { code: opened.reason });
  if (opened.value.env !== env) throw usage(`${options.root} is the root of ${opened.value.env}, not of ${env}.`);
  const now = shell.now();
  const certificate = signKeySetKey({ iss, env, kid, x: key.x, nbfMs: now, endsAt: after(now, YEAR) }, opened.value.key);
  const made = await api.post<KeyAnswer>('/v1/keys/key-set-certificate', { certificate });
  return answer(made, [text`${kid} signs key sets until ${day(made.signsUntil)}`, 'next: glidepath key list']);
}

async function readRoot(shell: Shell, file: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await shell.readFile(file)));
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whose key sets these are; believed no further than the control plane that answers. */
function payloadOf(compact: string): { iss: string; env: string } {
  return JSON.parse(new TextDecoder().decode(decodeBase64Url(compact.split('.')[1] ?? '') ?? new Uint8Array()));
}
