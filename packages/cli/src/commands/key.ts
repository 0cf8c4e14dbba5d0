/** `glidepath key`: the keys that sign, their ends, and what to do when one is stolen. */
import { durationWords, type Instant } from '@glidepath/core';
import type { ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
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
