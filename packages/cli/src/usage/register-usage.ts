/** `glidepath usage`: what is used and what remains, and telling of use by hand. */
import { randomUUID } from 'node:crypto';
import { formatInstant } from '@glidepath/core';
import { type Asking, online } from '../commands/online.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage as misuse } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { day, parseWhen } from '../when.ts';

interface Balance {
  readonly meter: string;
  readonly unit: string;
  readonly used: number;
  readonly reserved: number;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly asOf: number;
  readonly resetsAt: number;
}

interface Reservation {
  readonly id: string;
  readonly meter: string;
  readonly amount: number;
  readonly expiresAt: number;
}

export function registerUsage(registrar: Registrar): void {
  const usage = registrar.program.command('usage').description('see and tell what is used of a license');
  online(registrar, usage.command('balance <license>').description('show what is used and what remains of each meter'), balance);
  const report = usage.command('report <license> <meter> [amount]').description('count use; the same --id and --source count once');
  report.option('--value <text>', 'for a meter that counts different values').option('--at <when>', 'when it was used (default: now)');
  report.option('--id <id>', 'names the event (default: a new one)').option('--source <source>', 'where it comes from', 'glidepath-cli');
  online<ReportOptions>(registrar, report, reportUse);
  const reserve = usage.command('reserve <license> <meter> <amount>').description('set use aside before it happens');
  reserve
    .option('--for <duration>', 'how long it is kept (default: 15m, at most 24h)')
    .option('--request <id>', 'the same one again is the same');
  online<ReserveOptions>(registrar, reserve, reserveUse);
  online(registrar, usage.command('commit <reservation> [amount]').description('count what was used of a reservation'), commit);
  online(registrar, usage.command('release <reservation>').description('give back what was set aside'), release);
}

async function balance({ api, paint, answer }: Asking<object>, license = ''): Promise<ExitCode> {
  const found = await api.get<{ items: readonly Balance[] }>('/v1/usage', { license });
  if (found.items.length === 0) return answer(found, ['The policy of this license has no meters.']);
  const rows = found.items.map((item): readonly Sayable[] => [
    item.meter,
    item.used,
    item.reserved,
    item.limit ?? 'none',
    item.remaining === 0 ? paint.warn(item.remaining) : (item.remaining ?? '–'),
    item.unit,
    item.resetsAt >= FAR ? 'never' : day(item.resetsAt),
    day(item.asOf),
  ]);
  const heads = ['METER', 'USED', 'SET ASIDE', 'LIMIT', 'REMAINS', 'UNIT', 'RESETS', 'AS OF'].map((head) => paint.dim(head));
  const first = found.items[0]?.meter ?? 'METER';
  return answer(found, [
    ...table([heads, ...rows], { right: [1, 2, 3, 4] }),
    text`next: glidepath usage report ${license} ${first} AMOUNT`,
  ]);
}

/** The end of a window without end. */
const FAR = 8_640_000_000_000_000;

interface ReportOptions {
  readonly value?: string;
  readonly at?: string;
  readonly id?: string;
  readonly source: string;
}

async function reportUse(
  { api, shell, options, answer }: Asking<ReportOptions>,
  license = '',
  subject = '',
  amount?: string,
): Promise<ExitCode> {
  if ((amount === undefined) === (options.value === undefined)) throw misuse('name an amount, or --value for a meter that counts values.');
  const now = shell.now();
  const event = {
    ...{ specversion: '1.0', type: 'dev.glidepath.usage.v1', id: options.id ?? randomUUID(), source: options.source, subject },
    time: formatInstant(options.at === undefined ? now : parseWhen(options.at, now, '--at')),
    data: options.value === undefined ? { amount: amountOf(amount) } : { value: options.value },
  };
  const told = await api.post<{ duplicates: number }>('/v1/usage', event, { license });
  const words = told.duplicates > 0 ? text`${subject}: counted before, as ${event.id}.` : text`${subject}: counted, as ${event.id}.`;
  return answer(told, [words, text`next: glidepath usage balance ${license}`]);
}

interface ReserveOptions {
  readonly for?: string;
  readonly request?: string;
}

async function reserveUse({ api, options, answer }: Asking<ReserveOptions>, license = '', meter = '', amount = ''): Promise<ExitCode> {
  const more = options.for === undefined ? {} : { expiresIn: options.for };
  const request = { meter, amount: amountOf(amount), requestId: options.request ?? randomUUID(), license, ...more };
  const made = await api.post<Reservation>('/v1/usage/reservations', request);
  return answer(made, [
    text`${made.amount} of ${made.meter} set aside until ${day(made.expiresAt)}, as ${made.id}.`,
    text`next: glidepath usage commit ${made.id}, or: glidepath usage release ${made.id}`,
  ]);
}

async function commit({ api, answer }: Asking<object>, id = '', amount?: string): Promise<ExitCode> {
  const body = amount === undefined ? {} : { amount: amountOf(amount) };
  const done = await api.post<{ meter: string; outcome: string; amount: number; late: boolean }>(pathOf(id, 'commit'), body);
  const late = done.late ? ' It had ended before, and counts all the same.' : '';
  return answer(done, [
    done.outcome === 'duplicate' ? text`${done.meter}: counted before.` : text`${done.meter}: ${done.amount} counted.${late}`,
  ]);
}

async function release({ api, answer }: Asking<object>, id = ''): Promise<ExitCode> {
  const done = await api.post<Reservation>(pathOf(id, 'release'), {});
  return answer(done, [text`${done.amount} of ${done.meter} given back.`]);
}

function pathOf(id: string, verb: string): string {
  return `/v1/usage/reservations/${encodeURIComponent(id)}/${verb}`;
}

function amountOf(words = ''): number {
  const amount = words.trim() === '' ? Number.NaN : Number(words);
  if (!Number.isFinite(amount)) throw misuse(`${words} is no amount.`, { details: ['expected: a number such as 12.5'] });
  return amount;
}
