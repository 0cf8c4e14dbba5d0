/** Held licences as the control plane lists them, written as the table that `inventory import` reads, or as documents. */
import { formatDate, formatDuration, type HeldLicenseDocument, instant } from '@glidepath/core';
import { FIELDS, type Field } from './columns.ts';

/** What the control plane says of one. */
export interface HeldAnswer {
  readonly license: string;
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly policy: string;
  readonly plan: string;
  readonly contract: {
    readonly id: string | null;
    readonly expiresAt: number | null;
    readonly noticeDeadlineAt: number | null;
    readonly terminatesAt: number | null;
    readonly autoRenew: 'yes' | 'no' | 'unknown';
    readonly cost: { readonly amount: number; readonly currency: string; readonly per: 'year' | 'month' | 'term' } | null;
    readonly graceMs: number | null;
  };
  readonly leadTime: readonly { readonly name: string; readonly ms: number }[];
  readonly owners: { readonly team: string | null; readonly people: readonly { readonly name: string; readonly email: string | null }[] };
  readonly custody: string | null;
  readonly runsOn: readonly string[];
  readonly dependents: readonly string[];
  readonly foundIn: string | null;
  readonly watches: readonly {
    readonly probe: string;
    readonly feature: string | null;
    readonly version: string | null;
    readonly pool: string | null;
  }[];
  readonly runway: { readonly state: string; readonly endsAt: number | null; readonly cause: string | null } | null;
}

/** Days in UTC, for the zone of a document is not part of the answer; ends of other zones are written to the second. */
export function documentOf(held: HeldAnswer): HeldLicenseDocument {
  const { contract, owners, watches, leadTime, custody, runsOn, dependents, foundIn } = held;
  const at = (ms: number | null) => (ms === null ? null : instant(ms));
  return {
    ...{ kind: 'HeldLicense', name: held.name, product: held.product, vendor: held.vendor },
    contract: {
      ...contract,
      ...{ expiresAt: at(contract.expiresAt), noticeDeadlineAt: at(contract.noticeDeadlineAt), terminatesAt: at(contract.terminatesAt) },
    },
    ...{ zone: 'UTC', leadTime, plan: held.plan, policy: held.policy },
    owners: { team: owners.team, people: owners.people.map(({ name, email }) => email ?? name) },
    ...{ custody, runsOn, dependents, foundIn },
    watches: watches.map(({ probe, feature, version, pool }) => ({ probe, feature, version, pool })),
  };
}

/** One row per licence, CRLF between, as RFC 4180 has it. */
export function csvOf(held: readonly HeldAnswer[]): string {
  const rows = held.map((each) => {
    const cells = cellsOf(documentOf(each));
    return FIELDS.map((field) => cell(cells[field] ?? '')).join(',');
  });
  return `${[FIELDS.join(','), ...rows].join('\r\n')}\r\n`;
}

function cellsOf(document: HeldLicenseDocument): Partial<Record<Field, string>> {
  const { contract, owners, leadTime, watches } = document;
  const date = (at: HeldLicenseDocument['contract']['expiresAt']) => (at === null ? '' : formatDate(at, document.zone));
  const [watch] = watches;
  return {
    ...{ name: document.name, product: document.product, vendor: document.vendor, contract: contract.id ?? '' },
    ...{ expires: date(contract.expiresAt), 'notice-by': date(contract.noticeDeadlineAt), terminates: date(contract.terminatesAt) },
    'auto-renew': contract.autoRenew === 'unknown' ? '' : contract.autoRenew,
    ...{
      cost: contract.cost ? String(contract.cost.amount) : '',
      currency: contract.cost?.currency ?? '',
      'cost-per': contract.cost?.per ?? '',
    },
    grace: contract.graceMs === null ? '' : formatDuration(contract.graceMs),
    zone: document.zone,
    'lead-time': leadTime.map(({ name, ms }) => `${name}=${formatDuration(ms)}`).join(' '),
    ...{ team: owners.team ?? '', owners: owners.people.join('; '), key: document.custody ?? '' },
    ...{ 'runs-on': document.runsOn.join('; '), dependents: document.dependents.join('; ') },
    ...{
      policy: document.policy,
      plan: document.plan ?? '',
      probe: watch?.probe ?? '',
      feature: watch?.feature ?? '',
      'found-in': document.foundIn ?? '',
    },
  };
}

/** What a spreadsheet would run as a formula becomes text by a quote in front; `inventory import` takes it away again. */
function cell(value: string): string {
  const guarded = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\r\n\t']/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
