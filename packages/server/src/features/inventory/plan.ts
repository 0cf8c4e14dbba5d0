/** What applying documents would do, decided before anything is written: pure, so that a dry run says what a run does. */
import type {
  Channel,
  ChannelDocument,
  HeldLicense,
  HeldLicenseDocument,
  InventoryDocument,
  InventoryKind,
  Probe,
  ProbeDocument,
} from '@glidepath/core';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import type { Inventory } from './gather.ts';
import type { ReadDocument } from './read-documents.ts';

interface Records {
  readonly HeldLicense: { readonly document: HeldLicenseDocument; readonly record: HeldLicense };
  readonly Probe: { readonly document: ProbeDocument; readonly record: Probe };
  readonly Channel: { readonly document: ChannelDocument; readonly record: Channel };
}

/** One document, or one record without a document, with what happens to it. */
export type Planned = { readonly [K in InventoryKind]: PlannedOf<K> }[InventoryKind];

export interface PlannedOf<K extends InventoryKind> {
  readonly action: 'create' | 'change' | 'remove' | 'none';
  readonly kind: K;
  readonly name: string;
  readonly changes: readonly FieldChange[];
  /** Null: it is removed. */
  readonly next: ReadDocument<Records[K]['document']> | null;
  /** Null: it is new. */
  readonly now: Records[K]['record'] | null;
}

const KINDS: readonly InventoryKind[] = ['Probe', 'HeldLicense', 'Channel'];

/** In the order of the documents; then, when pruning, what an inventory made and no document names. */
export function planInventory(documents: readonly ReadDocument[], inventory: Inventory, prune: boolean): readonly Planned[] {
  const planned = documents.map((next) => planOne(next, inventory));
  if (!prune) return planned;
  const removed = KINDS.flatMap((kind) => {
    const kept = new Set(documents.filter(({ document }) => document.kind === kind).map(({ document }) => document.name));
    return [...recordsOf(inventory, kind).values()]
      .filter(({ name, document }) => document !== null && !kept.has(name))
      .map((now) => ({ action: 'remove', kind, name: now.name, changes: [], next: null, now }) as unknown as Planned);
  });
  return [...planned, ...removed];
}

function planOne(next: ReadDocument, inventory: Inventory): Planned {
  const { kind, name } = next.document;
  const now = recordsOf(inventory, kind).get(name) ?? null;
  const changes = now === null ? [] : changesOf(now.document, next.tree);
  // What was made by hand becomes the inventory's, even where nothing differs.
  const isTaken = now !== null && now.document === null;
  const action = now === null ? 'create' : changes.length > 0 || isTaken ? 'change' : 'none';
  return { action, kind, name, changes, next, now } as Planned;
}

function changesOf(applied: unknown, next: unknown): readonly FieldChange[] {
  return fieldChanges(specOf(applied), specOf(next));
}

function specOf(tree: unknown): unknown {
  return (tree as { readonly spec?: unknown } | null)?.spec ?? {};
}

function recordsOf(inventory: Inventory, kind: InventoryDocument['kind']): ReadonlyMap<string, HeldLicense | Probe | Channel> {
  if (kind === 'HeldLicense') return inventory.licenses;
  return kind === 'Probe' ? inventory.probes : inventory.channels;
}
