/** Stores that read wrongly. */
import {
  after,
  type Instant,
  instant,
  type LicenseSituation,
  type SituationAsk,
  type Store,
  type TableName,
  type Tables,
  type Where,
} from '@glidepath/core';
import type { Planted } from './planted.ts';

const EVERYTHING = { limit: 1_000 };

type SituationOf = (ask: SituationAsk, at: Parameters<Store['leaseSituations']>[1]) => Promise<LicenseSituation | null>;

/** Situations one by one, each by a wrong way to one. */
function readOneByOne(right: Store, wrongOf: (rightOf: SituationOf) => SituationOf): Pick<Store, 'leaseSituations'> {
  const situationOf = wrongOf(async (ask, at) => (await right.leaseSituations([ask], at))[0] ?? null);
  return { leaseSituations: async (asks, at) => await Promise.all(asks.map((ask) => situationOf(ask, at))) };
}

type Changed = Partial<LicenseSituation>;

function wrongSituation(
  wrong: string,
  caughtBy: string,
  change: (situation: LicenseSituation, right: Store, reapBefore: Instant) => Changed | Promise<Changed>,
): Planted {
  const plant = (right: Store) =>
    readOneByOne(right, (rightOf) => async (ask, at) => {
      const situation = await rightOf(ask, at);
      return situation === null ? null : { ...situation, ...(await change(situation, right, at.reapBefore)) };
    });
  return { wrong, caughtBy, plant };
}

/** Every record that is read passes through `change`. */
function wrongRecords(wrong: string, caughtBy: string, change: (record: Record<string, unknown>) => unknown): Planted {
  const changed = <T>(record: T): T => change(record as Record<string, unknown>) as T;
  return {
    wrong,
    caughtBy,
    plant: (right) => ({
      async get(table, id) {
        const record = await right.get(table, id);
        return record === null ? null : changed(record);
      },
      find: async (table, where, page) => (await right.find(table, where, page)).map(changed),
      leaseSituations: async (asks, at) =>
        (await right.leaseSituations(asks, at)).map((found) => found && { ...found, leases: found.leases.map(changed) }),
    }),
  };
}

function wrongJson(change: (tree: unknown) => unknown): (record: Record<string, unknown>) => unknown {
  return (record) => ({
    ...record,
    ...('tree' in record ? { tree: change(record.tree) } : {}),
    ...('facts' in record ? { facts: change(record.facts) } : {}),
  });
}

function onText(change: (text: string) => string): (record: Record<string, unknown>) => unknown {
  return (record) =>
    Object.fromEntries(Object.entries(record).map(([field, value]) => [field, typeof value === 'string' ? change(value) : value]));
}

export const PLANTED_IN_READS: readonly Planted[] = [
  {
    wrong: 'get trims ids and ignores their case',
    caughtBy: 'get knows nothing by an id',
    plant: (right) => ({ get: (table, id) => right.get(table, id.trim().toLowerCase().replaceAll('\0', '')) }),
  },
  {
    wrong: 'get hands out what it keeps',
    caughtBy: 'get gives a record that cannot change',
    plant(right) {
      const kept = new Map<string, unknown>();
      return {
        async get<T extends TableName>(table: T, id: string): Promise<Tables[T] | null> {
          const key = `${table}/${id}`;
          if (!kept.has(key)) kept.set(key, structuredClone(await right.get(table, id)));
          return kept.get(key) as Tables[T] | null;
        },
      };
    },
  },
  {
    wrong: 'find asks for the last field only',
    caughtBy: 'find gives the records that equal every field',
    plant: (right) => ({
      find: (table, where, page) => right.find(table, Object.fromEntries(Object.entries(where).slice(-1)) as typeof where, page),
    }),
  },
  {
    wrong: 'find takes null for "whatever"',
    caughtBy: 'find takes null for a value',
    plant: (right) => ({ find: (table, where, page) => right.find(table, withoutNulls(where), page) }),
  },
  {
    wrong: 'find remembers what it found',
    caughtBy: 'find follows a change',
    plant(right) {
      const kept = new Map<string, unknown>();
      return {
        async find<T extends TableName>(table: T, where: Where<T>, page: { limit: number }): Promise<readonly Tables[T][]> {
          const all = await right.find(table, {}, EVERYTHING);
          const key = JSON.stringify([table, where, page, all.map(({ id }) => id)]);
          if (!kept.has(key)) kept.set(key, await right.find(table, where, page));
          return kept.get(key) as readonly Tables[T][];
        },
      };
    },
  },
  {
    wrong: 'find drops what it cannot ask for',
    caughtBy: 'find finds nothing by a value that no record can have',
    plant: (right) => ({
      find(table, where, page) {
        const asked = Object.entries(where).map(([field, value]) => [field, typeof value === 'string' ? value.replace('\0', '') : value]);
        return right.find(table, Object.fromEntries(asked) as typeof where, page);
      },
    }),
  },
  {
    wrong: 'a page begins with the record that it should follow',
    caughtBy: 'page goes on after an id',
    plant: (right) => ({
      async find(table, where, page) {
        const found = await right.find(table, where, page);
        const first = page.after === undefined ? null : await right.get(table, page.after);
        return first === null ? found : [first, ...found].slice(0, page.limit);
      },
    }),
  },
  {
    wrong: 'the newest come last',
    caughtBy: 'page goes backwards',
    plant: (right) => ({ find: (table, where, { newestFirst: _, ...page }) => right.find(table, where, page) }),
  },
  {
    wrong: 'a limit of 0 is no limit',
    caughtBy: 'page holds at most its limit',
    plant: (right) => ({
      find: (table, where, page) => right.find(table, where, { ...page, limit: page.limit === 0 ? 1_000 : page.limit }),
    }),
  },
  {
    wrong: 'ids stand in the order of a language',
    caughtBy: 'page orders ids by code point',
    plant: (right) => ({
      async find(table, where, page) {
        const found = [...(await right.find(table, where, page))];
        return page.newestFirst === true ? found : found.sort((a, b) => a.id.localeCompare(b.id, 'en'));
      },
    }),
  },
  {
    wrong: 'count counts everything',
    caughtBy: 'count counts what find would find',
    plant: (right) => ({ count: (table) => right.count(table, {}) }),
  },
  wrongRecords('null is absent', 'get gives back a record of every kind', (record) =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)),
  ),
  wrongRecords('null is the text null', 'null comes back as null', (record) =>
    Object.fromEntries(Object.entries(record).map(([field, value]) => [field, value === null ? 'null' : value])),
  ),
  wrongRecords(
    'text loses its ends',
    'text comes back as it was',
    onText((text) => text.trim()),
  ),
  wrongRecords(
    'text is composed',
    'text comes back as it was',
    onText((text) => text.normalize('NFC')),
  ),
  wrongRecords(
    'text is cut',
    'text may be long',
    onText((text) => text.slice(0, 65_535)),
  ),
  wrongRecords('an empty list is null', 'lists of text come back', (record) => ({
    ...record,
    ...('usedBy' in record ? { usedBy: null } : {}),
  })),
  wrongRecords('numbers are single floats', 'numbers come back exact', (record) =>
    Object.fromEntries(Object.entries(record).map(([field, value]) => [field, typeof value === 'number' ? Math.fround(value) : value])),
  ),
  wrongRecords(
    'keys of JSON are sorted',
    'JSON comes back with its keys in their order',
    wrongJson((tree) => (isObject(tree) ? Object.fromEntries(Object.entries(tree).sort()) : tree)),
  ),
  wrongRecords(
    'a member called __proto__ becomes the prototype',
    'JSON comes back with its keys in their order',
    wrongJson((tree) => (isObject(tree) ? Object.assign({}, tree) : tree)),
  ),
  wrongRecords(
    'JSON is always an object',
    'JSON may be any JSON value',
    wrongJson((tree) => (isObject(tree) ? tree : { value: tree })),
  ),
  wrongRecords(
    'undefined members stay',
    'JSON drops members that are undefined',
    wrongJson((tree) => (isObject(tree) ? { ...tree, gone: undefined } : tree)),
  ),
  {
    wrong: 'every license has a situation',
    caughtBy: 'lease situation of an unknown license is null',
    plant: (right) =>
      readOneByOne(right, (rightOf) => async (ask, at) => (await rightOf(ask, at)) ?? (await rightOf({ ...ask, license: 'lic_1' }, at))),
  },
  wrongSituation('the incarnation is forgotten', 'lease situation of a fresh license', () => ({ incarnation: 0 })),
  wrongSituation('meters of all licenses', 'lease situation holds everything of the license', async (_, right) => ({
    meters: await right.find('meterRecord', {}, EVERYTHING),
  })),
  wrongSituation('any lease for the holder', 'lease situation of a holder that no text can name', async ({ leases }, right) => ({
    leases: leases.length > 0 ? leases : await right.find('lease', {}, EVERYTHING),
  })),
  wrongSituation('terms in the order of ids', 'lease situation has the terms from the oldest', ({ terms }) => ({
    terms: [...terms].sort((a, b) => (a.id < b.id ? -1 : 1)),
  })),
  wrongSituation('a hold lasts through its last instant', 'lapsed holds are of leases that hold a seat', ({ lapsed }, _, reapBefore) => ({
    lapsed: lapsed.filter(({ holdUntil }) => holdUntil < reapBefore),
  })),
  wrongSituation('the newest hold first', 'lapsed holds are of leases that hold a seat', ({ lapsed }) => ({
    lapsed: [...lapsed].reverse(),
  })),
  {
    wrong: 'holds lapse as they stood when first seen',
    caughtBy: 'lapsed holds follow renewals',
    plant(right) {
      const first = new Map<string, number>();
      return readOneByOne(right, (rightOf) => async (ask, at) => {
        const leases = await right.find('lease', { license: ask.license }, EVERYTHING);
        for (const { id, holdUntil } of leases) if (!first.has(id)) first.set(id, holdUntil);
        const situation = await rightOf(ask, at);
        if (situation === null) return null;
        return { ...situation, lapsed: situation.lapsed.filter(({ id }) => (first.get(id) ?? 0) <= at.reapBefore) };
      });
    },
  },
  wrongSituation('when-full before overage', 'waiting are overage holders', ({ waiting }) => ({
    waiting: [...waiting].sort((a, b) => b.state.localeCompare(a.state)),
  })),
  wrongSituation('a hundred are enough', 'waiting and lapsed holds are listed up to 200', ({ waiting }) => ({
    waiting: waiting.slice(0, 100),
  })),
  wrongSituation('a pinned license follows', 'policy in force', async ({ license, policy }, right) => ({
    policy: (await right.get('policyPointer', `${license.environment}/${license.policyName}`))?.digest ?? policy,
  })),
  wrongSituation('a pinned license is tried on', 'policy candidate', async ({ license, candidate }, right) => {
    const pointer = await right.get('policyPointer', `${license.environment}/acme-build`);
    const { rollout, candidate: digest, shareBasisPoints = 0 } = pointer ?? { rollout: null, candidate: null };
    return { candidate: digest === null || rollout === null ? candidate : { rollout, digest, shareBasisPoints } };
  }),
  {
    wrong: 'the situation is read in two steps',
    caughtBy: 'lease situation is read at one instant',
    plant: (right) =>
      readOneByOne(right, (rightOf) => async (ask, at) => {
        const seats = await right.get('seatState', ask.license);
        await right.get('license', ask.license);
        const situation = await rightOf(ask, at);
        return situation === null || seats === null ? null : { ...situation, seats };
      }),
  },
  {
    wrong: 'licenses with lapsed holds come by id',
    caughtBy: 'licenses with lapsed holds are named once each',
    plant: (right) => ({
      licensesWithLapsedHolds: async (reapBefore, limit) => [...(await right.licensesWithLapsedHolds(reapBefore, limit))].sort(),
    }),
  },
  {
    wrong: 'the reaper is a millisecond early',
    caughtBy: 'licenses with lapsed holds are named once each',
    plant: (right) => ({ licensesWithLapsedHolds: (reapBefore, limit) => right.licensesWithLapsedHolds(after(reapBefore, 60_000), limit) }),
  },
  {
    wrong: 'time is in seconds',
    caughtBy: 'time is a whole number of milliseconds',
    plant: (right) => ({ now: async () => instant((await right.now()) / 1_000) }),
  },
];

function withoutNulls<T extends TableName>(where: Where<T>): Where<T> {
  return Object.fromEntries(Object.entries(where).filter(([, value]) => value !== null)) as Where<T>;
}

function isObject(tree: unknown): tree is object {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}
