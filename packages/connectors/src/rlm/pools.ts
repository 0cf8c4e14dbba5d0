/** The pools of an output of rlmstat and who holds of them. */
import { type FeatureReading, type HolderReading, unknownFeature } from '@glidepath/core';
import { type Ending, type Sourced, tellApart, vendorDate, wholeNumber } from '../text/index.ts';

export interface Holding {
  readonly product: string;
  readonly version: string;
  readonly holder: HolderReading;
}

export interface Pools {
  /** Whose pools come next: `vendor@host`. */
  from(origin: string): void;
  /** A line below "license pool status"; false where it is none that is understood. */
  line(text: string, isCut: boolean): boolean;
  hold(holding: Holding): void;
  readings(): readonly FeatureReading[];
  notes(): readonly string[];
}

interface Pool {
  readonly origin: string;
  readonly product: string;
  readonly version: string;
  readonly number: string | null;
  counts: Counts | null;
  isToken: boolean;
  readonly holders: HolderReading[];
  held: number;
}

interface Counts {
  readonly issued: number | null;
  readonly reserved: number | null;
  readonly used: number | null;
  readonly ending: Ending | null;
}

const PRODUCT = /^(\S+) v([^\s,:]+)(?:, pool: ([^\s,]+))?(?:\s+(.*))?$/;
const COUNT = /^count: ([0-9]+|uncounted), # reservations: ([0-9]+), inuse: ([0-9]+)(?:, exp: (\S.*))?$/i;
const UNCOUNTED = /^uncounted\b(?:.*\bexp: (\S+))?/i;
/** Attributes of a pool that no reading has a place for. */
const ATTRIBUTE =
  /^(?:obsolete: |soft[_ ]limit|named[_ ]users?|options|type|share|timeout|hostid|customer|issuer|contract|user|akey|roam|platforms|min_remove)\b/i;

export function createPools(zone: string): Pools {
  const pools: Pool[] = [];
  /** By origin, product and version. */
  const alike = new Map<string, Pool[]>();
  let origin = '';
  let pool: Pool | null = null;
  let isShared = false;

  const keyOf = (product: string, version: string) => JSON.stringify([origin, product, version]);

  function open(product: string, version: string, number: string | null): Pool {
    const opened = { origin, product, version, number, counts: null, isToken: false, holders: [], held: 0 };
    pools.push(opened);
    const key = keyOf(product, version);
    const others = alike.get(key);
    if (others) others.push(opened);
    else alike.set(key, [opened]);
    return opened;
  }

  function attributeLine(text: string, isCut: boolean): boolean {
    if (!pool) return false;
    const [all, count = '', reserved, used, expiry] = COUNT.exec(text) ?? [];
    if (all !== undefined && !(isCut && expiry === undefined)) return setCounts(pool, count, reserved, used, expiry);
    const uncounted = UNCOUNTED.exec(text);
    if (uncounted && !isCut) return setCounts(pool, 'uncounted', undefined, undefined, uncounted[1]);
    if (/^Token-based license$/i.test(text)) {
      pool.isToken = true;
      return true;
    }
    return ATTRIBUTE.test(text);
  }

  function setCounts(of: Pool, count: string, reserved?: string, used?: string, expiry?: string): boolean {
    const ending = expiry === undefined ? null : vendorDate(expiry, zone);
    of.counts ??= { issued: wholeNumber(count), reserved: wholeNumber(reserved), used: wholeNumber(used), ending };
    return expiry === undefined || ending !== null;
  }

  return {
    from(next) {
      origin = next;
      pool = null;
    },
    line(text, isCut) {
      const [, product, version, number, rest] = /^(?:count|obsolete): /.test(text) ? [] : (PRODUCT.exec(text) ?? []);
      if (product === undefined || version === undefined || (rest !== undefined && !/^(?:count:|uncounted)/i.test(rest)))
        return attributeLine(text, isCut);
      if (isCut && rest === undefined) return false;
      pool = open(product, version, number ?? null);
      return rest === undefined || attributeLine(rest, isCut);
    },
    hold({ product, version, holder }) {
      const own = alike.get(keyOf(product, version)) ?? [];
      isShared ||= own.length > 1;
      const roomy = own.find(({ counts, held }) => held + holder.count <= (counts?.used ?? 0));
      const into = roomy ?? own.find(({ counts, held }) => held < (counts?.used ?? 0)) ?? own[0] ?? open(product, version, null);
      into.holders.push(holder);
      into.held += holder.count;
    },
    readings: () => tellApart(pools.map((one): Sourced => ({ feature: readingOf(one), origin: one.origin }))),
    notes: () => (isShared ? ['Lines of usage name no pool: holders stand with the pools of their product and version in order.'] : []),
  };
}

function readingOf({ product, version, number, counts, isToken, holders }: Pool): FeatureReading {
  const isUncounted = counts !== null && counts.issued === null;
  return {
    ...unknownFeature(product),
    ...{ version, pool: number, issued: counts?.issued ?? null, used: counts?.used ?? null, reserved: counts?.reserved ?? null },
    ...{ expiresAt: counts?.ending?.expiresAt ?? null, ends: counts?.ending?.ends ?? 'unstated' },
    ...{ kind: isToken ? 'token' : isUncounted ? 'uncounted' : null, holders },
  };
}
