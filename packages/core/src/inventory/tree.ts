/** An inventory document as the tree that says it, without what the defaults say anyway. The inverse of `checkInventory`. */
import { API_VERSION } from '../policy/document.ts';
import { formatDuration } from '../policy/durations.ts';
import type { Instant } from '../time.ts';
import { formatDate } from './dates.ts';
import { INVENTORY_DEFAULTS, type InventoryDocument } from './document.ts';

export type InventoryTree = Readonly<Record<string, unknown>>;

/** Keys in the order in which people read them. */
export function inventoryTree(document: InventoryDocument): InventoryTree {
  const { kind, name } = document;
  return { apiVersion: API_VERSION, kind, metadata: { name }, spec: said(specOf(document)) };
}

function specOf(document: InventoryDocument): InventoryTree {
  switch (document.kind) {
    case 'HeldLicense': {
      const { product, vendor, contract, zone, leadTime, plan, policy, owners, custody, runsOn, dependents, foundIn, watches } = document;
      return {
        ...{ product, vendor, contract: contractTree(contract, zone) },
        zone: unless(zone, INVENTORY_DEFAULTS.zone),
        leadTime: leadTime.length === 0 ? null : Object.fromEntries(leadTime.map(({ name, ms }) => [name, formatDuration(ms)])),
        ...{ plan, policy: unless(policy, INVENTORY_DEFAULTS.policy), owners: said(owners), key: custody, runsOn, dependents, foundIn },
        watch: watches.map(({ probe, feature, version, pool }) => said({ probe, feature, version, pool })),
      };
    }
    case 'Probe': {
      const { probeKind, everyMs, zone, agents, quorum, settings } = document;
      return {
        ...{ kind: probeKind, every: formatDuration(everyMs), zone: unless(zone, INVENTORY_DEFAULTS.zone), agents },
        ...{ quorum: unless(quorum, INVENTORY_DEFAULTS.quorum), settings },
      };
    }
    case 'Channel': {
      const { channelKind, url, secret, least, teams } = document;
      return { kind: channelKind, url, secret, least: unless(least, INVENTORY_DEFAULTS.least), teams };
    }
  }
}

function contractTree(contract: Extract<InventoryDocument, { kind: 'HeldLicense' }>['contract'], zone: string): InventoryTree {
  const date = (at: Instant | null) => (at === null ? null : formatDate(at, zone));
  return said({
    id: contract.id,
    expires: date(contract.expiresAt),
    noticeBy: date(contract.noticeDeadlineAt),
    terminates: date(contract.terminatesAt),
    autoRenew: contract.autoRenew === 'unknown' ? null : contract.autoRenew === 'yes',
    cost: contract.cost,
    graceAllowed: contract.graceMs === null ? null : formatDuration(contract.graceMs),
  });
}

function unless<T>(value: T, byDefault: T): T | null {
  return value === byDefault ? null : value;
}

/** Without nulls and without empty lists and mappings. */
function said(entries: object): InventoryTree {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !isSilent(value)));
}

function isSilent(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
