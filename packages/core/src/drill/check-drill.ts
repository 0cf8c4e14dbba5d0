/** From the tree of a drill document to the drill, or to every violation at once. */
import { notJson } from '../policy/json-tree.ts';
import type { Violation } from '../policy/policy.ts';
import { keyViolation, valueViolation } from '../policy/violation.ts';
import { DAY, type Milliseconds } from '../time.ts';
import type { Drill, DrillEvent, DrillExpectation, DrillFault, Expectation } from './drill.ts';
import { drillDocument, FAULT_KINDS } from './drill-document.ts';

export interface CheckedDrill {
  /** Null when there are violations. */
  readonly drill: Drill | null;
  readonly violations: readonly Violation[];
}

type Document = NonNullable<ReturnType<typeof drillDocument>>;
type Written<T> = T extends readonly (infer I | undefined)[] ? I : never;
type WrittenEvent = Written<NonNullable<Document['events']>>;
type WrittenExpectation = Written<NonNullable<Document['expect']>>;

const VIOLATIONS_MAX = 500;

/** Never throws, for any tree. */
export function checkDrill(tree: unknown): CheckedDrill {
  const flaws = notJson(tree);
  if (flaws.length > 0) return { drill: null, violations: flaws };
  const violations: Violation[] = [];
  const refuse = (violation: Violation): void => {
    if (violations.length < VIOLATIONS_MAX) violations.push(violation);
  };
  const document = drillDocument({ value: tree, path: [], refuse });
  const drill = document === undefined ? null : drillOf(document, refuse);
  return violations.length > 0 ? { drill: null, violations } : { drill, violations };
}

function drillOf({ metadata, world, events = [], expect = [] }: Document, refuse: (violation: Violation) => void): Drill | null {
  if (metadata?.name === undefined || world?.start === undefined) return null;
  const happening = events.flatMap((event): readonly DrillEvent[] => (event === undefined ? [] : eventOf(event)));
  const asked = expect.flatMap((one) => (one === undefined ? [] : [one]));
  const untilMs = world.until ?? lastOf(happening, asked) + DAY;
  const { license } = world;
  return {
    ...{ name: metadata.name, title: metadata.title ?? null, source: metadata.source ?? null },
    world: {
      startAt: world.start,
      policy: world.policy ?? null,
      license: {
        plan: license?.plan ?? null,
        expiresInMs: license?.expiresIn ?? null,
        startsInMs: license?.startsAt ?? null,
        seats: license?.seats ?? null,
        quotas: Object.fromEntries((license?.quotas ?? []).flatMap(({ name, item }) => (item === undefined ? [] : [[name, item]]))),
      },
      nodes: world.nodes ?? 1,
      untilMs,
      owners: (world.owners ?? []).filter((owner) => owner !== undefined),
      seed: world.seed ?? 1,
      whenNothingSigned: world.whenNothingSigned ?? 'deny',
      renews: world.renewal === 'on',
    },
    events: happening.toSorted((a, b) => a.atMs - b.atMs),
    expect: asked.flatMap((one) => expectationOf(one, untilMs, refuse)),
  };
}

function eventOf(written: WrittenEvent): readonly DrillEvent[] {
  const fault = FAULT_KINDS.map((kind) => written[kind] as DrillFault | undefined).find((found) => found !== undefined);
  if (fault === undefined || written.at === undefined) return [];
  return [{ path: written.path, atMs: written.at, forMs: written.for ?? null, nodes: written.nodes ?? null, fault }];
}

/** What the world lasts for when nobody says: to the last thing that happens or is asked. */
function lastOf(events: readonly DrillEvent[], asked: readonly WrittenExpectation[]): Milliseconds {
  const ends = events.map(({ atMs, forMs }) => atMs + (forMs ?? 0));
  return Math.max(0, ...ends, ...asked.flatMap(({ to, by }) => [to ?? 0, by ?? 0]));
}

function expectationOf(
  written: WrittenExpectation,
  untilMs: Milliseconds,
  refuse: (violation: Violation) => void,
): readonly DrillExpectation[] {
  const { path, always, tier, alert, lossBy, notice, from: fromMs = 0, to: toMs = untilMs, by } = written;
  const of = (expectation: Expectation): readonly DrillExpectation[] => [{ ...expectation, path }];
  const isRange = always !== undefined || tier !== undefined;
  for (const [key, belongs] of [
    ['from', isRange],
    ['to', isRange],
    ['by', alert !== undefined],
    ['before', notice !== undefined],
  ] as const)
    if (written.keys.has(key) && !belongs)
      refuse(keyViolation('unknown-key', [...path, key], `nothing reads \`${key}\` here`, key, 'an expectation that has it'));
  if (toMs < fromMs || (isRange && toMs > untilMs)) {
    const where = `within the drill, which ends after ${untilMs} ms`;
    refuse(valueViolation('duration-out-of-range', [...path, 'to'], 'this time is not in the drill', String(toMs), where));
    return [];
  }
  if (always !== undefined) return of({ kind: 'always', feature: always, fromMs, toMs });
  if (tier !== undefined) return of({ kind: 'tier', tier, fromMs, toMs });
  if (alert !== undefined) return of({ kind: 'alert', condition: alert, byMs: by ?? untilMs });
  if (lossBy !== undefined) return of({ kind: 'lossBy', byMs: lossBy === 'never' ? null : lossBy });
  return notice === undefined ? [] : of({ kind: 'notice', ms: notice });
}
