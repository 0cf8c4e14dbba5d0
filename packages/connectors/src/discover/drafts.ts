/**
 * Makes inventory documents of what was found: one license for each source, and the probe that watches it from then on.
 *
 * A draft says only what is known. The end of a contract is not in a licence file, so that it stays open where a probe sees
 * the end of the licence; where nothing can watch, the end that was read is written down, because it would be lost otherwise.
 */
import {
  checkInventory,
  type HeldLicenseDocument,
  INVENTORY_DEFAULTS,
  type InventoryDocument,
  inventoryTree,
  NAME_LENGTH_MAX,
  oneLine,
  type ProbeDocument,
} from '@glidepath/core';
import type { Found } from './found.ts';

export interface Drafts {
  readonly documents: readonly InventoryDocument[];
  /** Sources whose draft the rules of inventories refuse, with why. */
  readonly refused: readonly { readonly source: string; readonly why: string }[];
}

export function draftInventory(found: readonly Found[], zone: string): Drafts {
  const bySource = Map.groupBy(found, ({ kind, source }) => `${kind} ${source}`);
  const names = { licenses: new Set<string>(), probes: new Set<string>() };
  const documents: InventoryDocument[] = [];
  const refused: { source: string; why: string }[] = [];
  for (const rows of bySource.values()) {
    const [first] = rows;
    if (first === undefined) continue;
    const probe = probeDraft(first, zone, names.probes);
    const license = licenseDraft(rows, first, probe, zone, names.licenses);
    const kept = [probe, license].map((draft) => (draft === null ? null : acceptable(draft)));
    const why = kept.find((one) => one !== null && typeof one === 'string');
    if (typeof why === 'string') refused.push({ source: first.source, why });
    else documents.push(...kept.filter((one): one is InventoryDocument => one !== null && typeof one !== 'string'));
  }
  return { documents, refused };
}

/** The document, without what the rules refuse and nobody needs; or why it cannot be. */
function acceptable(draft: InventoryDocument): InventoryDocument | string {
  const { document, violations } = checkInventory(inventoryTree(draft));
  if (document !== null) return draft;
  if (draft.kind === 'HeldLicense' && draft.custody !== null) return acceptable({ ...draft, custody: null });
  return violations[0]?.message ?? 'it is no inventory document';
}

function probeDraft({ probe, source }: Found, zone: string, taken: Set<string>): ProbeDocument | null {
  if (probe === null) return null;
  const name = freeName(`${probe.kind}-${lastPart(source)}`, taken);
  return {
    ...{ kind: 'Probe', name, probeKind: probe.kind, zone, everyMs: INVENTORY_DEFAULTS.everyMs, agents: [] },
    ...{ quorum: INVENTORY_DEFAULTS.quorum, settings: probe.settings },
  };
}

function licenseDraft(
  rows: readonly Found[],
  first: Found,
  probe: ProbeDocument | null,
  zone: string,
  taken: Set<string>,
): HeldLicenseDocument {
  const ends = rows.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt])).toSorted((a, b) => a - b);
  const contract = { id: null, noticeDeadlineAt: null, terminatesAt: null, autoRenew: 'unknown', cost: null, graceMs: null } as const;
  return {
    ...{ kind: 'HeldLicense', name: freeName(nameFor(first), taken), product: oneLine(first.product), vendor: oneLine(first.vendor) },
    contract: { ...contract, expiresAt: probe === null ? (ends[0] ?? null) : null },
    ...{ zone, leadTime: [], plan: null, policy: INVENTORY_DEFAULTS.policy, owners: { team: null, people: [] } },
    custody: first.custody === null ? null : oneLine(first.custody, CUSTODY_MAX),
    ...{ runsOn: first.runsOn.map((host) => oneLine(host)), dependents: [] },
    foundIn: oneLine([...new Set(rows.flatMap(({ places }) => places))].join(', '), FOUND_IN_MAX),
    watches: probe === null ? [] : [{ probe: probe.name, feature: null, version: null, pool: null }],
  };
}

const CUSTODY_MAX = 500;
const FOUND_IN_MAX = 400;

function nameFor({ kind, product, name, source, custody }: Found): string {
  if (kind === 'x509') return `certificate-${name.includes(' certificates, first ') ? lastPart(source) : name}`;
  return custody !== null && (kind === 'flexlm' || kind === 'rlm-file') ? `${product}-${lastPart(source)}` : product;
}

function lastPart(source: string): string {
  return (
    source
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1) ?? source
  );
}

/** Within the grammar of names: lower-case letters, digits and single dashes, beginning with a letter. */
function freeName(words: string, taken: Set<string>): string {
  const plain = words
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  const base = (plain === '' ? 'found' : plain).slice(0, NAME_LENGTH_MAX - 6).replace(/-+$/, '');
  let name = base === 'constructor' ? 'found' : base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  taken.add(name);
  return name;
}
