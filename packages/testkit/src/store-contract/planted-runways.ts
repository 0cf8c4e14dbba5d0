/** Stores that know wrongly what ends next. */
import type { RunwayRecord, Store } from '@glidepath/core';
import type { Planted } from './planted.ts';

const ORDER = 'worst runways are latent and then dated ones';
const WHOSE = 'worst runways are of the environment';

function wrongWorst(
  wrong: string,
  caughtBy: string,
  worstRunways: (right: Store, environment: string, limit: number) => Promise<readonly RunwayRecord[]>,
): Planted {
  return { wrong, caughtBy, plant: (right) => ({ worstRunways: (environment, limit) => worstRunways(right, environment, limit) }) };
}

/** The right ones in another order. */
function wrongOrder(wrong: string, compare: (a: RunwayRecord, b: RunwayRecord) => number): Planted {
  return wrongWorst(wrong, ORDER, async (right, environment, limit) => [...(await right.worstRunways(environment, limit))].sort(compare));
}

const end = ({ endsAt }: RunwayRecord): number => endsAt ?? 0;

export const PLANTED_IN_RUNWAYS: readonly Planted[] = [
  wrongOrder('what is latent waits for its turn by date', (a, b) => (a.endsAt === null || b.endsAt === null ? 0 : a.endsAt - b.endsAt)),
  wrongOrder('no end is the soonest', (a, b) => (a.state === b.state ? end(a) - end(b) : 0)),
  wrongOrder('what is unknown is as good as open', (a, b) =>
    a.endsAt === null && b.endsAt === null && a.state !== 'dated' && b.state !== 'dated' ? (a.id < b.id ? -1 : 1) : 0,
  ),
  wrongOrder('ids stand in the order of a language', (a, b) =>
    a.state === b.state && a.endsAt === b.endsAt ? a.id.localeCompare(b.id, 'en') : 0,
  ),
  wrongWorst('runways of all environments', WHOSE, async (right, _, limit) => await right.find('runway', {}, { limit })),
  wrongWorst('Glidepath itself has no runway', WHOSE, async (right, environment, limit) =>
    (await right.worstRunways(environment, limit)).filter((runway) => runway.environment !== null),
  ),
  wrongWorst('the limit is for each part', WHOSE, async (right, environment, limit) =>
    (await right.worstRunways(environment, limit * 2)).slice(0, limit * 2),
  ),
  {
    wrong: 'runways stand as when first seen',
    caughtBy: 'worst runways follow',
    plant(right) {
      const first = new Map<string, readonly RunwayRecord[]>();
      return {
        async worstRunways(environment, limit) {
          const known = first.get(environment) ?? (await right.worstRunways(environment, limit));
          first.set(environment, known);
          return known;
        },
      };
    },
  },
];
