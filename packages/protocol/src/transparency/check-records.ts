/**
 * Whether policies, pointers and licenses are what the entries of the log say of them.
 *
 * An export is read while the control plane works: an entry that was written after a record was read may already tell of the
 * next state. So a record is held to the last state before it was read, or to any that came after.
 */
import type { AuditEntry, Instant } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { digestOf } from '../policy/digest.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { ExportedItems, ExportedLine } from './log-export.ts';
import type { Find } from './log-finding.ts';

export interface KnownRecords {
  add(line: Exclude<ExportedLine, { part: 'environments' | 'key-sets' | 'batches' }>): void;
  /** What an entry of the log says. */
  tell(entry: AuditEntry): void;
  /** After all was added: finds where they differ. */
  compare(): void;
  counts(): { readonly policies: number; readonly pointers: number; readonly licenses: number };
}

/** What an entry left a record at. */
interface Told {
  readonly at: Instant;
  readonly state: string;
}

interface Read {
  readonly state: string;
  readonly asOf: Instant;
}

/** Clocks of nodes differ by less, or they are not ready. */
const CLOCKS_MS = 2_000;

export function createKnownRecords(crypto: Crypto, find: Find): KnownRecords {
  const policies = new Map<string, { readonly name: string; readonly digest: string }>();
  const published = new Map<string, AuditEntry>();
  const pointers = new Map<string, Read>();
  const licenses = new Map<string, Read>();
  const told = { pointers: new Map<string, Told[]>(), licenses: new Map<string, Told[]>() };

  function addPolicy({ id, digest, name, source, tree, createdAt, createdBy }: ExportedItems['policies']): void {
    policies.set(id, { name, digest });
    const written = readPolicy(source, crypto).document?.digest ?? null;
    const stored = digestOf(tree, crypto);
    if (written !== digest || stored !== digest)
      find('policy', digest, `The stored policy ${name} ${digest} is not what its digest names: somebody has changed it.`);
    published.set(`${id}/${digest}/${name}/${createdAt}/${createdBy}`, NOBODY);
  }

  return {
    add(line) {
      if (line.part === 'policies') addPolicy(line.item);
      else if (line.part === 'pointers') pointers.set(line.item.id, { state: line.item.digest, asOf: line.asOf });
      else licenses.set(line.item.id, { state: stateOf(line.item), asOf: line.asOf });
    },
    tell(entry) {
      const { action, subject, facts, at, actor } = entry;
      if (action === 'policy.published') published.set(`${subject}/${facts.digest}/${facts.name}/${at}/${actor}`, entry);
      const digest = digestAfter(entry);
      if (digest !== null) append(told.pointers, subject, { at, state: digest });
      const status = statusAfter(entry);
      if (status !== null) append(told.licenses, subject, { at, state: status });
    },
    compare() {
      for (const [key, entry] of published) {
        const [id = '', digest = ''] = key.split('/');
        if (entry === NOBODY) find('policy', digest, `The log has no entry of the publication of ${digest} as it is stored.`);
        else if (!policies.has(id)) find('policy', digest, `The policy ${digest} was published and is gone.`);
      }
      for (const [id, read] of pointers)
        if (!isTold(told.pointers.get(id), read))
          find('pointer', id, `${id} points at ${read.state}, and the log does not say so: somebody has changed it.`);
      for (const id of told.pointers.keys()) if (!pointers.has(id)) find('pointer', id, `${id} pointed at a policy and is gone.`);
      for (const [id, read] of licenses)
        if (!isTold(told.licenses.get(id) ?? [ACTIVE], read))
          find('license', id, `The license ${id} is ${read.state.split('/')[0]}, and the log does not say so: somebody has changed it.`);
    },
    counts: () => ({ policies: policies.size, pointers: pointers.size, licenses: licenses.size }),
  };
}

/** Stands for "stored, and no entry has told of it yet". */
const NOBODY = {} as AuditEntry;
/** A license that nobody has suspended or revoked. */
const ACTIVE: Told = { at: 0 as Instant, state: 'active' };

function append(map: Map<string, Told[]>, key: string, value: Told): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function isTold(all: readonly Told[] = [], { state, asOf }: Read): boolean {
  const inTurn = all.toSorted((a, b) => a.at - b.at);
  const last = inTurn.findLastIndex(({ at }) => at <= asOf - CLOCKS_MS);
  return inTurn.slice(Math.max(0, last)).some((one) => one.state === state);
}

/** What a pointer names after an entry; null: the entry moves none. */
function digestAfter({ action, facts }: AuditEntry): string | null {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  // A rollout that has come to everybody is still watched: the pointer names it when that is over.
  if (action === 'policy.promoted') return facts.stage === undefined ? text(facts.digest) : null;
  if (action === 'policy.completed') return text(facts.digest);
  return action === 'policy.rolled-back' && facts.rollout === null ? text(facts.to) : null;
}

const STATUS: Readonly<Record<string, string>> = {
  'license.suspended': 'suspended',
  'license.revoked': 'revoked',
  'license.reinstated': 'active',
};

function statusAfter({ action, facts }: AuditEntry): string | null {
  if (action === 'license.issued') return ACTIVE.state;
  const status = STATUS[action];
  if (status === undefined) return null;
  return status === 'active' ? status : `${status}/${facts.effectiveAt}/${facts.reason}`;
}

function stateOf({ status, statusAt, statusReason }: ExportedItems['licenses']): string {
  return status === 'active' ? status : `${status}/${statusAt}/${statusReason}`;
}
