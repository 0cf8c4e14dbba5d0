/** From a written document without violations to its values. What it needs and cannot find is a bug of the checks. */
import { invariant } from '../result.ts';
import { dateAt, type WrittenDate } from './dates.ts';
import { type ChannelDocument, type HeldLicenseDocument, INVENTORY_DEFAULTS, type ProbeDocument } from './document.ts';
import type { WrittenChannel, WrittenHeldLicense, WrittenProbe } from './shape.ts';

export function heldLicenseOf(written: WrittenHeldLicense): HeldLicenseDocument {
  const spec = whole(written.spec);
  const zone = spec.zone ?? INVENTORY_DEFAULTS.zone;
  return {
    kind: 'HeldLicense',
    name: nameOf(written),
    product: whole(spec.product),
    vendor: whole(spec.vendor),
    contract: contractOf(spec.contract, zone),
    zone,
    leadTime: (spec.leadTime ?? []).map(({ name, item }) => ({ name, ms: whole(item) })),
    plan: spec.plan ?? null,
    policy: spec.policy ?? INVENTORY_DEFAULTS.policy,
    owners: { team: spec.owners?.team ?? null, people: (spec.owners?.people ?? []).map(whole) },
    custody: spec.key ?? null,
    runsOn: (spec.runsOn ?? []).map(whole),
    dependents: (spec.dependents ?? []).map(whole),
    foundIn: spec.foundIn ?? null,
    watches: (spec.watch ?? []).map((watch) => {
      const { probe, feature, version, pool } = whole(watch);
      return { probe: whole(probe), feature: feature ?? null, version: version ?? null, pool: pool ?? null };
    }),
  };
}

export function probeOf(written: WrittenProbe): ProbeDocument {
  const spec = whole(written.spec);
  return {
    kind: 'Probe',
    name: nameOf(written),
    probeKind: whole(spec.kind),
    zone: spec.zone ?? INVENTORY_DEFAULTS.zone,
    everyMs: spec.every ?? INVENTORY_DEFAULTS.everyMs,
    agents: (spec.agents ?? []).map(whole),
    quorum: spec.quorum ?? INVENTORY_DEFAULTS.quorum,
    settings: spec.settings ?? {},
  };
}

export function channelOf(written: WrittenChannel): ChannelDocument {
  const spec = whole(written.spec);
  return {
    kind: 'Channel',
    name: nameOf(written),
    channelKind: whole(spec.kind),
    url: whole(spec.url),
    secret: spec.secret ?? null,
    least: spec.least ?? INVENTORY_DEFAULTS.least,
    teams: (spec.teams ?? []).map(whole),
  };
}

type WrittenContract = NonNullable<WrittenHeldLicense['spec']>['contract'];

function contractOf(written: WrittenContract, zone: string): HeldLicenseDocument['contract'] {
  const at = (date: WrittenDate | undefined) => (date === undefined ? null : dateAt(date, zone));
  const { cost, autoRenew } = written ?? {};
  return {
    id: written?.id ?? null,
    expiresAt: at(written?.expires),
    noticeDeadlineAt: at(written?.noticeBy),
    terminatesAt: at(written?.terminates),
    autoRenew: autoRenew === undefined ? 'unknown' : autoRenew ? 'yes' : 'no',
    cost: cost ? { amount: whole(cost.amount), currency: whole(cost.currency), per: whole(cost.per) } : null,
    graceMs: written?.graceAllowed ?? null,
  };
}

function nameOf({ metadata }: { readonly metadata: { readonly name: string | undefined } | undefined }): string {
  return whole(metadata?.name);
}

function whole<T>(value: T | undefined): T {
  invariant(value !== undefined, 'a document without violations is whole');
  return value;
}
