import {
  type Counter,
  DAY,
  decide,
  HOUR,
  type Instant,
  instant,
  type LeaseClaims,
  type LicenseStatus,
  MINUTE,
  type Rung,
  type VerdictKind,
} from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, PATH } from './issuer-fixture.ts';
import { situationOf } from './terms-of-lease.ts';
import { type Running, World } from './world-fixture.ts';

const TIERS = ['full', 'reduced', 'essential'] as const;

/** Rungs whose tiers fall by one, on a grid of hours: some of them an hour apart, so that falls pile up after a silence. */
const rungs: fc.Arbitrary<readonly Rung[]> = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 }).map((hours) =>
  hours
    .toSorted((a, b) => a - b)
    .map(
      (hour, index): Rung => ({
        at: hour * 2 * HOUR,
        notify: 'warning',
        ...(index === 0 ? {} : { tier: Math.min(index, TIERS.length - 1) }),
      }),
    ),
);

interface Saying {
  readonly kind: 'lease' | VerdictKind;
  readonly tier: number;
  readonly lowered: boolean;
  readonly status: LicenseStatus;
  readonly expiresInMs: number;
  readonly seq: Counter;
}

const saying: fc.Arbitrary<Saying> = fc.record({
  kind: fc.constantFrom<Saying['kind']>('lease', 'lease', 'lease', 'denied', 'queued', 'superseded', 'suspended', 'revoked'),
  tier: fc.integer({ min: 0, max: 2 }),
  lowered: fc.boolean(),
  status: fc.constantFrom<LicenseStatus>('active', 'active', 'suspended', 'revoked'),
  expiresInMs: fc.integer({ min: -4 * DAY, max: 6 * DAY }),
  seq: fc.record({ incarnation: fc.constant(1), count: fc.integer({ min: 1, max: 3 }) }),
});

type Move =
  | { readonly what: 'say'; readonly saying: Saying }
  | { readonly what: 'dark' | 'up' | 'restart' | 'reboot' }
  | { readonly what: 'pass' | 'sleep' | 'clock'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: saying.map((said): Move => ({ what: 'say', saying: said })) },
  { weight: 3, arbitrary: fc.constantFrom<Move>({ what: 'dark' }, { what: 'up' }, { what: 'restart' }, { what: 'reboot' }) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 * HOUR }).map((ms): Move => ({ what: 'pass', ms })) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 5 * DAY }).map((ms): Move => ({ what: 'sleep', ms })) },
  { weight: 1, arbitrary: fc.integer({ min: -300 * DAY, max: 300 * DAY }).map((ms): Move => ({ what: 'clock', ms })) },
);

function claimsOf(said: Saying, path: LeaseClaims['path'], now: Instant): Partial<LeaseClaims> {
  const tier = TIERS[said.tier] ?? 'full';
  const lowered =
    said.lowered && said.tier > 0 ? [{ id: `low_${said.seq.count}`, of: 'plan', from: 'full', effectiveAt: now } as const] : [];
  return {
    path,
    tier,
    planTier: tier,
    lowered,
    status: said.status,
    statusAt: now,
    expiresAt: instant(now + said.expiresInMs),
    seq: said.seq,
    ttlMs: HOUR,
    renewAfterMs: HOUR / 2,
  };
}

/** Whatever the client shows is what core decides at trusted time, or a tier on the way down to it. */
function checkShown({ client, installation }: Running): void {
  const situation = situationOf(installation.held);
  if (situation === null) return;
  const { tiers, features } = situation.terms.path;
  const due = decide(situation.terms, situation.observations, installation.now());
  const decision = client.check('build');
  const shown = tiers.findIndex(({ name }) => name === decision.tier);
  expect(shown).toBeLessThanOrEqual(due.tier ?? tiers.length);
  if (shown === due.tier) expect(decision).toMatchObject({ cause: due.cause, since: due.since, next: due.next });
  else expect(decision.next?.tier).toBe(tiers[shown + 1]?.name);
  for (const { name } of features) expect(client.check(name).allowed).toBe(tiers[shown]?.features.includes(name) ?? false);
}

/** A client that goes through what a test draws; the tiers that it showed, over all its processes. */
class Story {
  readonly world = new World();
  readonly machine = this.world.machine();
  readonly path: LeaseClaims['path'];
  readonly shown: string[] = [];
  running: Running;

  constructor(timed: LeaseClaims['path']['timed']) {
    this.path = { ...PATH, timed };
    this.say({ kind: 'lease', tier: 0, lowered: false, status: 'active', expiresInMs: 20 * DAY, seq: { incarnation: 1, count: 1 } });
    this.running = this.#start();
  }

  #start(): Running {
    const running = this.world.start(this.machine);
    running.client.on('tier', ({ to }) => this.shown.push(to));
    return running;
  }

  say(said: Saying): void {
    const { server, time } = this.world;
    server.behaviour = (asked) => {
      const word =
        said.kind === 'lease'
          ? server.lease(asked, claimsOf(said, this.path, time.now()))
          : server.verdict(asked, said.kind, { seq: said.seq, code: said.kind === 'denied' ? 'no-seat' : said.kind });
      return answer({ word });
    };
  }

  restart(): void {
    this.running.kill();
    this.running = this.#start();
  }

  async live(move: Move): Promise<void> {
    const { world, machine } = this;
    if (move.what === 'say') this.say(move.saying);
    if (move.what === 'dark') world.server.isUp = false;
    if (move.what === 'up') world.server.isUp = true;
    if (move.what === 'clock') machine.setClock(move.ms);
    if (move.what === 'sleep') machine.sleep(move.ms);
    if (move.what === 'reboot') {
      this.running.kill();
      machine.reboot();
    }
    if (move.what === 'restart' || move.what === 'reboot') this.restart();
    await world.time.run(move.what === 'pass' || move.what === 'sleep' ? move.ms : 10 * MINUTE);
  }
}

const paths: fc.Arbitrary<LeaseClaims['path']['timed']> = fc.record({
  expiry: rungs,
  unreachable: rungs,
  suspended: rungs,
  revoked: rungs,
  clock: rungs,
});

describe('a client', () => {
  it('shows what core decides at trusted time, and never loses two tiers at once, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(paths, fc.array(move, { maxLength: 12 }), async (timed, moves) => {
        const story = new Story(timed);
        await story.world.time.run(MINUTE);
        for (const next of moves) {
          await story.live(next);
          checkShown(story.running);
        }
        const places = story.shown.map((name) => PATH.tiers.findIndex((tier) => tier.name === name));
        for (const [index, place] of places.entries()) expect(place - (places[index - 1] ?? place)).toBeLessThanOrEqual(1);
        expect(story.running.client.health().counters.internal).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});
