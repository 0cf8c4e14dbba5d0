/** Stores that write wrongly, or end wrongly. */
import { type ChangeSet, type CommitResult, Fault, type Store, type Write } from '@glidepath/core';
import type { Planted } from './planted.ts';
import { sample } from './sample-records.ts';

function wrongCommit(wrong: string, caughtBy: string, commit: (change: ChangeSet, right: Store) => Promise<CommitResult>): Planted {
  return { wrong, caughtBy, plant: (right) => ({ commit: (change) => commit(change, right) }) };
}

const FINE: CommitResult = { ok: true };

/** What was refused for a reason is called done. */
function refusalsForgotten(reason: 'stale' | 'duplicate' | 'missing', caughtBy: string): Planted {
  return wrongCommit(`${reason} is called done`, caughtBy, async (change, right) => {
    const result = await right.commit(change);
    return !result.ok && result.reason === reason ? FINE : result;
  });
}

/** Every write as a commit of its own, in this order. */
async function oneByOne(right: Store, change: ChangeSet, writes: readonly Write[] = change.writes): Promise<CommitResult> {
  for (const write of writes) {
    const result = await right.commit({ writes: [write], audit: [], events: [] });
    if (!result.ok) return result;
  }
  return await right.commit({ ...change, writes: [] });
}

/** Updates as they stand: with whatever revision the record has by now. */
async function unguarded(right: Store, write: Write): Promise<Write> {
  if (write.op !== 'update') return write;
  const record = (await right.get(write.table, write.id)) as { revision?: number } | null;
  return { ...write, revision: record?.revision ?? write.revision };
}

function without(change: ChangeSet, isLeftOut: (write: Write) => boolean): ChangeSet {
  return { ...change, writes: change.writes.filter((write) => !isLeftOut(write)) };
}

function textsIn(change: ChangeSet): string {
  return JSON.stringify(change);
}

async function mendingText(change: ChangeSet, right: Store): Promise<CommitResult> {
  return await right.commit(JSON.parse(textsIn(change).replaceAll(/\\u0000|\\ud800|\\udc00/g, '�')) as ChangeSet);
}

export const PLANTED_IN_COMMITS: readonly Planted[] = [
  wrongCommit('a commit of nothing leaves a mark', 'commit of nothing', async (change, right) => {
    const isEmpty = change.writes.length + change.audit.length + change.events.length === 0;
    return await right.commit(isEmpty ? { ...change, events: [sample.outbox({ id: 'evt_mark' })] } : change);
  }),
  wrongCommit('audit entries are dropped', 'commit writes records, audit entries and events together', (change, right) =>
    right.commit({ ...change, audit: [] }),
  ),
  {
    wrong: 'other nodes see a commit later',
    caughtBy: 'commit writes records, audit entries and events together',
    plant(right) {
      const late = new Map<string, Promise<unknown>>();
      const before: Store['get'] = async (table, id) => {
        const key = `${table}/${id}`;
        const seen = late.get(key) ?? Promise.resolve(null);
        late.set(
          key,
          right.get(table, id).catch(() => null),
        );
        return (await seen) as never;
      };
      return { get: before };
    },
  },
  wrongCommit('writes are committed one by one', 'commit takes writes in any order', (change, right) => oneByOne(right, change)),
  wrongCommit('a hundred writes are enough', 'commit takes many records', (change, right) =>
    right.commit({ ...change, writes: change.writes.slice(0, 100) }),
  ),
  wrongCommit('an update sets one field', 'update sets the fields named', (change, right) =>
    right.commit({
      ...change,
      writes: change.writes.map((write) =>
        write.op === 'update' ? ({ ...write, set: Object.fromEntries(Object.entries(write.set).slice(0, 1)) } as Write) : write,
      ),
    }),
  ),
  wrongCommit('an update of no field is skipped', 'update of no field', (change, right) =>
    right.commit(without(change, (write) => write.op === 'update' && Object.keys(write.set).length === 0)),
  ),
  wrongCommit('the last writer wins', 'update of another revision', async (change, right) =>
    right.commit({ ...change, writes: await Promise.all(change.writes.map((write) => unguarded(right, write))) }),
  ),
  wrongCommit(
    'what is stale is tried again with the new revision',
    'two nodes that commit on one revision at once',
    async (change, right) => {
      const result = await right.commit(change);
      if (result.ok || result.reason !== 'stale') return result;
      return await right.commit({ ...change, writes: await Promise.all(change.writes.map((write) => unguarded(right, write))) });
    },
  ),
  wrongCommit('a refusal is remembered in the audit log', 'update of another revision', async (change, right) => {
    const result = await right.commit(change);
    if (!result.ok) await right.commit({ writes: [], audit: change.audit, events: [] });
    return result;
  }),
  refusalsForgotten('stale', 'delete removes the record'),
  refusalsForgotten('stale', 'two nodes that change several records in opposite orders'),
  wrongCommit('inserts come before deletes', 'delete makes room', (change, right) => {
    const order = { insert: 0, update: 1, delete: 2 };
    return oneByOne(
      right,
      change,
      [...change.writes].sort((a, b) => order[a.op] - order[b.op]),
    );
  }),
  refusalsForgotten('duplicate', 'duplicate breaks lease_license_holder_key'),
  refusalsForgotten('duplicate', 'duplicate comes from an audit entry'),
  refusalsForgotten('duplicate', 'two nodes that put the same unique value at once'),
  wrongCommit('names are unique everywhere', 'duplicate is a matter of one environment', async (change, right) => {
    for (const write of change.writes) {
      if (write.op !== 'insert' || write.table !== 'product') continue;
      const [same] = await right.find('product', { name: write.row.name }, { limit: 1 });
      if (same) return { ok: false, reason: 'duplicate', table: 'product', id: write.row.id, constraint: 'product_name_key' };
    }
    return await right.commit(change);
  }),
  wrongCommit('names are looked up first', 'duplicate gives way', async (change, right) => {
    for (const write of change.writes) {
      if (write.op !== 'insert' || write.table !== 'customer') continue;
      const [same] = await right.find('customer', { name: write.row.name }, { limit: 1 });
      if (same) return { ok: false, reason: 'duplicate', table: 'customer', id: write.row.id, constraint: 'customer_environment_name_key' };
    }
    return await right.commit(change);
  }),
  refusalsForgotten('missing', 'missing breaks lease_license_environment_fkey'),
  refusalsForgotten('missing', 'two nodes of which one removes'),
  wrongCommit('inserts are judged first', 'refusal names the first of several', async (change, right) => {
    const result = await right.commit(change);
    if (result.ok) return result;
    const inserts = await right.commit(without(change, (write) => write.op !== 'insert'));
    return inserts.ok ? result : inserts;
  }),
  wrongCommit('text is mended on the way', 'text with a NUL', mendingText),
  wrongCommit('text of any length is cut', 'text may be long where it is no name', (change, right) =>
    right.commit({
      ...change,
      writes: change.writes.map((write) =>
        write.op === 'insert' && write.table === 'product'
          ? { ...write, row: { ...write.row, name: write.row.name.slice(0, 256) } }
          : write,
      ),
    }),
  ),
  wrongCommit('deep JSON is flattened', 'JSON nested beyond 64 levels', async (change, right) =>
    textsIn(change).includes('[[[[[[[[')
      ? await right.commit({ ...change, writes: change.writes.slice(0, 1) })
      : await right.commit(change),
  ),
  {
    wrong: 'what was handed in is written when somebody asks',
    caughtBy: 'what is handed in is copied',
    plant(right) {
      let pending: ChangeSet | null = null;
      return {
        async commit(change) {
          if (!change.writes.some(({ table }) => table === 'audit')) return await right.commit(change);
          pending = change;
          return FINE;
        },
        async get(table, id) {
          const change = pending;
          pending = null;
          if (change !== null) await right.commit(change);
          return await right.get(table, id);
        },
      };
    },
  },
  wrongCommit('a bug is called done', 'bug is thrown for an update of an append-only record: audit', async (change, right) => {
    try {
      return await right.commit(change);
    } catch {
      return FINE;
    }
  }),
  {
    wrong: 'a second close throws',
    caughtBy: 'close may be called again',
    plant(right) {
      let isClosed = false;
      return {
        async close() {
          if (isClosed) throw new Fault('store-closed', 'closed twice', { retryable: false });
          isClosed = true;
          await right.close();
        },
      };
    },
  },
  { wrong: 'close does nothing', caughtBy: 'close ends everything', plant: () => ({ close: async () => {} }) },
];
