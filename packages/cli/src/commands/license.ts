/** `glidepath license`: issue licenses, read them, change their state. */
import { formatInstant, instant } from '@glidepath/core';
import { type ApprovalNeeded, isWaiting, waitingLines } from '../approval/register-approval.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { parseWhen } from '../when.ts';
import { licenseFacts, licenseTable, readNames } from './license-view.ts';
import { type Asking, collect, online } from './online.ts';
import type { LicenseAnswer, LicenseKeyAnswer, RootAnswer } from './views.ts';

export function registerLicense(registrar: Registrar): void {
  const license = registrar.program.command('license').description('issue, read, renew, suspend and revoke licenses');
  online<IssueOptions>(registrar, issueOptions(license.command('issue').description('issue a license; its key is shown once')), issue);
  const list = license
    .command('list')
    .description('list licenses, those that need somebody first')
    .option('--limit <count>', 'at most so many', '500');
  online<{ limit: string }>(registrar, list, listLicenses);
  online(registrar, license.command('show <license>').description('show one license'), show);
  statusCommands(registrar, license);
  const renew = license.command('renew <license>').description('move the end of a license');
  renew
    .option('--until <when>', 'new end: a day, a time, or a distance from now')
    .option('--term <duration>', 'added to the end, such as 1y; default: the term of the plan');
  online<{ until?: string; term?: string }>(registrar, renew, renewLicense);
  const remove = license
    .command('remove-holder <license> <holder>')
    .description('shut an installation or a person out at once; no other holder notices');
  online<{ reason: string }>(registrar, remove.requiredOption('--reason <text>', 'why; kept in the audit log'), removeHolder);
  const giving = license
    .command('release-holder <license> <holder>')
    .description('give the seat of an installation or a person back; a named one can then be another person’s');
  online<{ reason: string }>(registrar, giving.requiredOption('--reason <text>', 'why; kept in the audit log'), releaseHolder);
  const releasing = license
    .command('release-quarantine <license>')
    .description('end the quarantine after a restore, once what was forgotten is done again: new holders are let in');
  online<{ reason: string }>(registrar, releasing.requiredOption('--reason <text>', 'why; kept in the audit log'), releaseQuarantine);
  const exporting = license.command('export <license>').description('everything recorded about a license, as JSON');
  online(registrar, exporting, async ({ api, shell }, id = '') => {
    shell.screen.json(await api.get(`/v1/licenses/${encodeURIComponent(id)}/export`));
    return EXIT.ok;
  });
}

interface IssueOptions {
  readonly product: string;
  readonly customer: string;
  readonly policy: string;
  readonly plan?: string;
  readonly starts?: string;
  readonly expires?: string;
  readonly pin?: boolean;
  readonly seats?: string;
  readonly quota?: readonly string[];
  readonly ownerTeam?: string;
  readonly create?: boolean;
}

function issueOptions(command: ReturnType<Registrar['program']['command']>) {
  return command
    .requiredOption('--product <name>', 'id or name of the product')
    .requiredOption('--customer <name>', 'id or name of the customer')
    .requiredOption('--policy <name>', 'name of a published policy, or its digest')
    .option('--plan <name>', 'plan; not needed when the policy has one only')
    .option('--starts <when>', 'default: now')
    .option('--expires <when>', 'a day, a time, a distance such as 1y, or never; default: the term of the plan')
    .option('--pin', 'keep the policy of now instead of following its name')
    .option('--seats <count>', 'seats other than the plan has', count('--seats'))
    .option('--quota <meter=limit>', 'quota other than the plan has; may be repeated', collect)
    .option('--owner-team <team>', 'team that owns the license')
    .option('--create', 'make product and customer when there are none of that name')
    .addHelpText(
      'after',
      `\n  glidepath policy publish examples/policies/build-server.yaml\n  glidepath license issue --product build-server --customer "Acme Ltd" --policy acme-build --create`,
    );
}

function count(option: string) {
  return (words: string): string => {
    if (!/^\d{1,9}$/.test(words)) throw usage(`${option} is no number: ${words}`, { details: ['expected: a whole number, 0 or more'] });
    return words;
  };
}

async function issue({ api, shell, paint, options, answer }: Asking<IssueOptions>): Promise<ExitCode> {
  const now = shell.now();
  const { product, customer, policy, plan, pin, ownerTeam, create } = options;
  const quotas = quotasOf(options.quota ?? []);
  const overrides = { ...(options.seats === undefined ? {} : { seats: Number(options.seats) }), ...(quotas === null ? {} : { quotas }) };
  const body = {
    ...{ product, customer, policy, plan, pin, ownerTeam, create },
    startsAt: options.starts === undefined ? undefined : parseWhen(options.starts, now, '--starts'),
    expiresAt: endOf(options.expires, now),
    overrides: Object.keys(overrides).length === 0 ? undefined : overrides,
  };
  const issued = await api.post<{ license: LicenseAnswer; key: string }>('/v1/licenses', body);
  const { items: roots } = await api.get<{ items: readonly RootAnswer[] }>('/v1/roots');
  const { license, key } = issued;
  const client = { server: api.server, licenseKey: key, roots: roots.map(({ x }) => x) };
  return answer({ ...issued, roots: client.roots }, [
    text`${paint.good('issued')} ${license.id}  plan ${license.plan}, ${license.expiresAt === null ? 'without an end' : `until ${formatInstant(instant(license.expiresAt))}`}`,
    text`license key, shown once: ${paint.bold(key)}`,
    text`for the client: ${JSON.stringify(client)}`,
    text`next: glidepath license show ${license.id}`,
  ]);
}

function endOf(words: string | undefined, now: ReturnType<Asking<object>['shell']['now']>): number | null | undefined {
  if (words === undefined) return undefined;
  return words === 'never' ? null : parseWhen(words, now, '--expires', true);
}

function quotasOf(pairs: readonly string[]): Record<string, number> | null {
  if (pairs.length === 0) return null;
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, meter, limit] = /^([a-z0-9-]+)=(\d{1,15})$/.exec(pair) ?? [];
      if (meter === undefined)
        throw usage(`--quota is not readable: ${pair}`, { details: ['expected: METER=LIMIT, such as build-minutes=120000'] });
      return [meter, Number(limit)];
    }),
  );
}

async function listLicenses({ api, shell, paint, options, answer }: Asking<{ limit: string }>): Promise<ExitCode> {
  const limit = Number(count('--limit')(options.limit));
  const [licenses, names] = await Promise.all([api.list<LicenseAnswer>('/v1/licenses', {}, limit), readNames(api)]);
  if (licenses.length === 0) return answer({ items: [] }, ['There are no licenses yet.', 'next: glidepath license issue --help']);
  return answer({ items: licenses }, licenseTable(licenses, names, shell.now(), paint));
}

async function show({ api, shell, paint, answer }: Asking<object>, id = ''): Promise<ExitCode> {
  const path = `/v1/licenses/${encodeURIComponent(id)}`;
  const [license, keys, names] = await Promise.all([
    api.get<LicenseAnswer>(path),
    api.get<{ items: readonly LicenseKeyAnswer[] }>(`${path}/keys`),
    readNames(api),
  ]);
  return answer({ ...license, keys: keys.items }, table(licenseFacts(license, keys.items, names, shell.now(), paint)));
}

const STATUS_VERBS = {
  suspend: 'suspend a license: its glide path begins, holders keep everything for its dwell',
  reinstate: 'make a suspended or revoked license active again',
  revoke: 'revoke a license: its glide path begins, holders keep everything for its dwell',
} as const;

function statusCommands(registrar: Registrar, license: Registrar['program']): void {
  for (const [verb, description] of Object.entries(STATUS_VERBS)) {
    const command = license.command(`${verb} <license>`).description(description);
    command.requiredOption('--reason <text>', 'why; kept in the audit log').option('--at <when>', 'when it takes effect; default: now');
    online<{ reason: string; at?: string }>(registrar, command, async ({ api, shell, paint, options, answer }, id = '') => {
      const effectiveAt = options.at === undefined ? undefined : parseWhen(options.at, shell.now(), '--at');
      const changed = await api.post<LicenseAnswer | ApprovalNeeded>(`/v1/licenses/${encodeURIComponent(id)}/${verb}`, {
        reason: options.reason,
        effectiveAt,
      });
      return answer(changed, isWaiting(changed) ? waitingLines(changed, paint) : afterChange(changed));
    });
  }
}

function afterChange({ id, state, statusAt, expiresAt }: LicenseAnswer): readonly Sayable[] {
  const end = expiresAt === null ? 'without an end' : `ends ${formatInstant(instant(expiresAt))}`;
  return [text`${id} is ${state} since ${formatInstant(instant(statusAt))}, ${end}`, text`next: glidepath license show ${id}`];
}

async function releaseHolder({ api, options, answer }: Asking<{ reason: string }>, id = '', holder = ''): Promise<ExitCode> {
  const lease = await api.post<{ id: string; holder: string }>(`/v1/licenses/${encodeURIComponent(id)}/release-holder`, {
    holder,
    reason: options.reason,
  });
  return answer(lease, [text`gave the seat of ${lease.holder} on ${id} back; to keep it from coming back: remove-holder`]);
}

async function releaseQuarantine({ api, options, answer }: Asking<{ reason: string }>, id = ''): Promise<ExitCode> {
  const released = await api.post<LicenseAnswer>(`/v1/licenses/${encodeURIComponent(id)}/release-quarantine`, { reason: options.reason });
  return answer(released, [
    text`${released.id} is out of quarantine: new holders are let in`,
    text`next: glidepath license show ${released.id}`,
  ]);
}

async function renewLicense({ api, shell, options, answer }: Asking<{ until?: string; term?: string }>, id = ''): Promise<ExitCode> {
  const { until, term } = options;
  if (until !== undefined && term !== undefined) throw usage('--until and --term exclude each other: name one.');
  const expiresAt = until === undefined ? undefined : parseWhen(until, shell.now(), '--until', true);
  const renewed = await api.post<LicenseAnswer>(`/v1/licenses/${encodeURIComponent(id)}/renew`, { expiresAt, term });
  return answer(renewed, afterChange(renewed));
}

async function removeHolder({ api, options, answer }: Asking<{ reason: string }>, id = '', holder = ''): Promise<ExitCode> {
  const lease = await api.post<{ id: string; holder: string }>(`/v1/licenses/${encodeURIComponent(id)}/remove-holder`, {
    holder,
    reason: options.reason,
  });
  return answer(lease, [text`removed ${lease.holder} from ${id}; its seat is free, and it gets no other`]);
}
