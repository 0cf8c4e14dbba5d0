/**
 * Keeps every runway true, whatever was missed: walks all licenses by id, some per tick, and computes again what is older than
 * half an hour. What just changed comes first.
 *
 * A date comes nearer by itself, so nothing that happens to a license may be what its runway waits for. 10,000 held licenses
 * take half an hour of ticks; what several nodes do twice, the guards of the records sort out.
 */
import { after, type Instant, MINUTE, SECOND, type Store, type TableName } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import type { World } from '../../world.ts';
import { inTurns } from './held-runway.ts';
import { recomputed } from './recompute.ts';

/** Of each kind, in each tick. */
const PER_TICK = 60;
const FRESH_MS = 30 * MINUTE;
/** Hints are hints: past so many the walk comes soon enough. */
const CHANGED_MAX = 10_000;

interface Walk {
  heldAfter: string | undefined;
  ownAfter: string | undefined;
  readonly changed: Set<string>;
}

/** Per world, because a process may have several; the walk begins anew with each start. */
const walks = new WeakMap<World, Walk>();

function walkOf(world: World): Walk {
  const known = walks.get(world);
  if (known !== undefined) return known;
  const walk: Walk = { heldAfter: undefined, ownAfter: undefined, changed: new Set() };
  walks.set(world, walk);
  world.bus.subscribe(({ type, subject }) => {
    const isChange = type.startsWith('license.') || type === 'held-license.changed';
    if (isChange && subject.startsWith('lic_') && walk.changed.size < CHANGED_MAX) walk.changed.add(subject);
  });
  return walk;
}

export const sweepRunways: Job = {
  name: 'sweep-runways',
  everyMs: 10 * SECOND,
  async run(context) {
    const { store, world, now } = context;
    const walk = walkOf(world);
    const changed = [...walk.changed].slice(0, PER_TICK);
    for (const id of changed) walk.changed.delete(id);
    await write(context, changed);
    const held = await nextOf(store, 'heldLicense', walk.heldAfter);
    walk.heldAfter = held.next;
    const licenses = await nextOf(store, 'license', walk.ownAfter);
    walk.ownAfter = licenses.next;
    await write(context, await stale(store, [...new Set([...held.ids, ...licenses.ids])], now));
  },
};

/** A page of the walk; after the last one it begins again. */
async function nextOf(store: Store, table: Extract<TableName, 'heldLicense' | 'license'>, from: string | undefined) {
  const rows = await store.find(table, {}, { limit: PER_TICK, ...(from === undefined ? {} : { after: from }) });
  const ids = rows.filter((row) => !('issuer' in row) || row.issuer === 'self').map(({ id }) => id);
  return { ids, next: rows.length < PER_TICK ? undefined : rows.at(-1)?.id };
}

/** Those that nobody, here or on another node, has computed lately. */
async function stale(store: Store, ids: readonly string[], now: Instant): Promise<readonly string[]> {
  const rows = await inTurns(ids, async (id) => ({ id, row: await store.get('runway', id) }));
  return rows.filter(({ row }) => row === null || now >= after(row.computedAt, FRESH_MS)).map(({ id }) => id);
}

/** Each on its own: a license that another node changes in this moment holds up no other. */
async function write(context: JobContext, ids: readonly string[]): Promise<void> {
  await inTurns(ids, async (id) => {
    const change = await recomputed(context, [id]);
    if (change.writes.length === 0) return;
    const license = await context.store.get('license', id);
    await context.commit(license?.environment ?? null, change);
  });
}
