/** `glidepath lease`: who holds a seat, and until when. */
import type { ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { type Asking, online } from './online.ts';
import type { LeaseAnswer } from './views.ts';

export function registerLease(registrar: Registrar): void {
  const lease = registrar.program.command('lease').description('see who holds a seat');
  const list = lease.command('list').description('list leases, those without a seat of their own first');
  list.option('--license <license>', 'of this license only').option('--all', 'also those that were released, reaped or removed');
  online<{ license?: string; all?: boolean }>(registrar, list, listLeases);
  online(registrar, lease.command('show <lease>').description('show one lease'), show);
}

/** Worst first. */
const STATES = ['queued', 'when-full', 'overage', 'granted', 'reaped', 'released', 'removed'];
const OVER = ['reaped', 'released', 'removed'];

async function listLeases({ api, paint, options, answer }: Asking<{ license?: string; all?: boolean }>): Promise<ExitCode> {
  const all = await api.list<LeaseAnswer>('/v1/leases', { license: options.license });
  const leases = all
    .filter(({ state }) => options.all === true || !OVER.includes(state))
    .toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.holdUntil - b.holdUntil);
  if (leases.length === 0) return answer({ items: [] }, ['Nobody holds a lease.']);
  const rows = leases.map((lease): readonly Sayable[] => [
    lease.state === 'granted' ? paint.good(lease.state) : paint.warn(lease.state),
    day(lease.holdUntil),
    lease.id,
    lease.license,
    lease.holder,
    lease.client ?? '–',
    lease.renewals,
  ]);
  return answer(
    { items: leases },
    table([['STATE', 'HOLDS UNTIL', 'LEASE', 'LICENSE', 'HOLDER', 'CLIENT', 'RENEWALS'].map((head) => paint.dim(head)), ...rows]),
  );
}

async function show({ api, paint, answer }: Asking<object>, id = ''): Promise<ExitCode> {
  const lease = await api.get<LeaseAnswer>(`/v1/leases/${encodeURIComponent(id)}`);
  const rows: readonly (readonly Sayable[])[] = [
    ['lease', paint.bold(lease.id)],
    ['state', lease.state],
    ['license', lease.license],
    ['holder', lease.holder],
    ['seat', lease.kind ?? 'none: the plan has no seats'],
    ['tier', lease.tier ?? 'that of the plan'],
    ['acquired', day(lease.acquiredAt)],
    ['renewed', text`${day(lease.renewedAt)}, ${lease.renewals} times`],
    ['holds until', day(lease.holdUntil)],
    ['client', lease.client],
  ];
  return answer(lease, [...table(rows), text`next: glidepath license remove-holder ${lease.license} ${lease.id} --reason TEXT`]);
}
