/** Stores that carry out groups of commits, and turns, wrongly. */
import type { ChangeSet, CommitResult, GroupedResult, Store } from '@glidepath/core';
import type { Planted } from './planted.ts';
import { sample } from './sample-records.ts';

type WrongGroup = (changes: readonly ChangeSet[], right: Store) => Promise<readonly GroupedResult[]>;

function wrongGroup(wrong: string, caughtBy: string, commitAll: WrongGroup): Planted {
  return { wrong, caughtBy, plant: (right) => ({ commitAll: (changes) => commitAll(changes, right) }) };
}

const FINE: CommitResult = { ok: true };
const STALE: CommitResult = { ok: false, reason: 'stale', table: 'license', id: 'lic_1', constraint: null };

const allTogether: WrongGroup = async (changes, right) => {
  const whole = {
    writes: changes.flatMap(({ writes }) => writes),
    audit: changes.flatMap(({ audit }) => audit),
    events: changes.flatMap(({ events }) => events),
  };
  const result = await right.commit(whole);
  return changes.map(() => result);
};

export const PLANTED_IN_GROUPS: readonly Planted[] = [
  wrongGroup('a group of nothing leaves a mark', 'group of commits of nothing', async (changes, right) => {
    if (changes.length === 0) await right.commit({ writes: [], audit: [sample.audit()], events: [] });
    return await right.commitAll(changes);
  }),
  wrongGroup('only the first of a group is committed', 'group of commits writes what each', async (changes, right) => {
    const [first] = await right.commitAll(changes.slice(0, 1));
    return changes.map((_, at) => (at === 0 && first !== undefined ? first : FINE));
  }),
  wrongGroup('audit entries of a group are dropped', 'group of commits writes what each', (changes, right) =>
    right.commitAll(changes.map((change) => ({ ...change, audit: [] }))),
  ),
  wrongGroup('a refusal refuses the whole group', 'group of commits of which one is stale', allTogether),
  wrongGroup('a refusal refuses the whole group', 'group of commits of which one is a duplicate', allTogether),
  wrongGroup('a refusal refuses the whole group', 'group of commits of which one is a reference', allTogether),
  wrongGroup('a poisoned one fails the whole group', 'group of commits of which one is poisoned by text', allTogether),
  wrongGroup(
    'who comes behind a poisoned one is told that it was done',
    'group of commits of which one is poisoned by a bug',
    async (changes, right) => {
      const results: GroupedResult[] = [];
      for (const change of changes) {
        const isLost = results.some((result) => !result.ok && result.reason === 'failed');
        results.push(...(isLost ? [FINE] : await right.commitAll([change])));
      }
      return results;
    },
  ),
  wrongGroup('what is refused keeps its lease', 'group of commits of which one is stale', async (changes, right) => {
    const results = await right.commitAll(changes);
    for (const [at, change] of changes.entries())
      if (results[at]?.ok === false)
        await right.commit({ ...change, writes: change.writes.filter(({ op }) => op === 'insert') }).catch(() => FINE);
    return results;
  }),
  wrongGroup('one of several refusals is told', 'group of commits of which many are refused', async (changes, right) => {
    const results = await right.commitAll(changes);
    const told = results.findIndex(({ ok }) => !ok);
    return results.map((result, at) => (at === told ? result : FINE));
  }),
  wrongGroup('a group goes backwards', 'group of commits comes to what its changes', async (changes, right) =>
    (await right.commitAll([...changes].reverse())).toReversed(),
  ),
  wrongGroup('whoever is second on a record is refused', 'group of commits comes to what its changes', async (changes, right) => {
    const seen = new Set<string>();
    const results: GroupedResult[] = [];
    for (const change of changes) {
      const keys = change.writes.map((write) => `${write.table}/${write.op === 'insert' ? write.row.id : write.id}`);
      results.push(keys.some((key) => seen.has(key)) ? STALE : await right.commit(change));
      for (const key of keys) seen.add(key);
    }
    return results;
  }),
  {
    wrong: 'situations come by license',
    caughtBy: 'group of situations answers in the order',
    plant: (right) => ({
      leaseSituations: (asks, at) =>
        right.leaseSituations(
          [...asks].sort((a, b) => (a.license < b.license ? -1 : 1)),
          at,
        ),
    }),
  },
  {
    wrong: 'every reaped lease is silent',
    caughtBy: 'silent holders are reaped leases',
    plant: (right) => ({
      async leaseSituations(asks, at) {
        const found = await right.leaseSituations(asks, at);
        const reaped = await Promise.all(asks.map(({ license }) => right.count('lease', { license, state: 'reaped' })));
        return found.map((situation, n) => situation && { ...situation, silent: reaped[n] ?? 0 });
      },
    }),
  },
  {
    wrong: 'a turn commits when it ends',
    caughtBy: 'turn sees what it wrote',
    plant: (right) => ({
      async inTurn(_, work) {
        const later: ChangeSet[] = [];
        const result = await work({
          leaseSituations: (asks, at) => right.leaseSituations(asks, at),
          async commit(change) {
            later.push(change);
            return FINE;
          },
        });
        await right.commitAll(later);
        return result;
      },
    }),
  },
  {
    wrong: 'a turn that throws keeps what it wrote',
    caughtBy: 'turn that throws leaves nothing',
    plant: (right) => ({ inTurn: (_, work) => work(right) }),
  },
  { wrong: 'turns do not exclude each other', caughtBy: 'turn excludes', plant: (right) => ({ inTurn: (_, work) => work(right) }) },
];
