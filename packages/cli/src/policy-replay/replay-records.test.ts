import { after, DAY, encodeObserved, type Instant, instant, type ObservedDecision, type Policy, YEAR } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { describe, expect, it } from 'vitest';
import { policyText } from '../cli.testkit.ts';
import { safe } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { parseSince } from './parse-since.ts';
import { type RecordedPage, type Replay, replayRecords } from './replay-records.ts';
import { replayLines } from './replay-view.ts';

const paint: Paint = { bold: safe, dim: safe, good: safe, warn: safe, bad: safe };
const NOW = instant(Date.UTC(2026, 0, 31));

function policy(change?: (text: string) => string): Policy {
  const { policy: read } = readPolicy(policyText(change), nodeCrypto);
  if (read === null) throw new Error('the policy does not read');
  return read;
}

const inForce = policy();
const hasty = policy((text) => text.replace('{ at: 7d, tier: basic }', '{ at: 2d, tier: basic }'));
const other = policy((text) => text.replace('name: small', 'name: large'));
const small = policy((text) => text.replace('limit: 3', 'limit: 1'));

function decision(differing: Partial<ObservedDecision> = {}): ObservedDecision {
  return {
    ...{ license: 'lic_1', at: NOW, policy: 'sha256:a', plan: 'team', startsAt: after(NOW, -YEAR), expiresAt: after(NOW, YEAR) },
    ...{ lastSignedWordAt: NOW, suspendedAt: null, revokedAt: null, usage: [], lowered: [] },
    seats: { used: 1, limit: 3, isAgreed: false, overageOpenedAt: null },
    ...{ asked: 'check', tier: 'full', isDenied: false, ...differing },
  };
}

function pageOf(decisions: readonly ObservedDecision[], unrecorded = 0, next: string | null = null): RecordedPage {
  const instants = decisions.map(({ at }) => at);
  const chunk = {
    firstAt: instant(Math.min(...instants)),
    lastAt: instant(Math.max(...instants)),
    decisions: decisions.length,
    unrecorded,
  };
  return { items: [{ ...chunk, body: encodeObserved(decisions) }], next, totals: { recorded: 9, unrecorded, forgotten: 5 } };
}

const PUBLISHED: Readonly<Record<string, Policy>> = { 'sha256:a': inForce, 'sha256:other': other };

function replayed(candidate: Policy, pages: readonly RecordedPage[], since: Instant = after(NOW, -30 * DAY)): Promise<Replay> {
  let ticks = 0;
  return replayRecords({
    ...{ candidate, since, monotonic: () => ticks++ },
    async *pages() {
      yield* pages;
    },
    policyOf: async (digest) => PUBLISHED[digest] ?? null,
  });
}

const lapsed = (license: string) => decision({ license, expiresAt: after(NOW, -3 * DAY) });

describe('a replay', () => {
  it('finds what a candidate would have decided differently, over all pages', async () => {
    const replay = await replayed(hasty, [
      pageOf([decision(), lapsed('lic_2')], 4, 'obs_1'),
      pageOf([lapsed('lic_3'), lapsed('lic_3')], 3),
    ]);
    expect(replay).toMatchObject({ licenses: 3, unrecorded: 7, forgotten: 5, others: 0, unreadable: 0 });
    expect(replay.counts).toMatchObject({ decisions: 4, losses: 3, denials: 0 });
    expect(replay.groups).toMatchObject([{ kind: 'loss', cause: 'expiry', decisions: 3, licenses: ['lic_2', 'lic_3'] }]);
  });

  it('of the version that decided finds nothing', async () => {
    expect((await replayed(inForce, [pageOf([decision(), lapsed('lic_2')])])).groups).toEqual([]);
  });

  it('looks back as far as it was told', async () => {
    const old = decision({ at: after(NOW, -40 * DAY) });
    expect((await replayed(hasty, [pageOf([old, decision()]), pageOf([old], 9)])).counts.decisions).toBe(1);
  });

  it('passes over other policies, and counts what it cannot read', async () => {
    const odd = pageOf([decision(), decision()]);
    const pages = [
      pageOf([decision({ policy: 'sha256:other' }), decision({ policy: 'sha256:gone' })]),
      { ...odd, items: odd.items.map((item) => ({ ...item, body: { ...item.body, v: 9 } })) },
    ];
    expect(await replayed(hasty, pages)).toMatchObject({ counts: { decisions: 0 }, others: 1, unreadable: 3 });
  });

  it('says so where a seat would be denied', async () => {
    const replay = await replayed(small, [pageOf([decision({ asked: 'acquire' })])]);
    expect(replay.counts).toMatchObject({ denials: 1, losses: 0 });
  });
});

describe('its lines', () => {
  const lines = async (candidate: Policy, pages: readonly RecordedPage[]) => {
    const replay = await replayed(candidate, pages);
    return replayLines({ name: candidate.name, candidate: 'new.yaml', since: NOW, ...replay }, paint).map((line) => safe(line).text);
  };

  it('put losses first, each with an example to decide by hand, and what was not looked at', async () => {
    const said = await lines(hasty, [pageOf([decision(), lapsed('lic_2')], 4)]);
    expect(said[0]).toBe('small new.yaml: 1 loss, 0 denials, 0 gains, 0 changes');
    expect(said).toContain('not recorded: 4 decisions of the same time');
    expect(said).toContain('gone: 5 decisions by age or size');
    expect(said.find((line) => line.startsWith('loses'))).toMatch(/^loses +1 +1 +team +expiry +full → basic +-fast, jobs 8 → 1$/);
    expect(said.join('\n')).toContain(`glidepath decide --policy new.yaml --given '{"plan":"team","expiresIn":"-3d","seatsUsed":1}'`);
    expect(said.at(-1)).toBe('next: glidepath policy diff small new.yaml');
  });

  it('say that nobody loses anything, and what to do next', async () => {
    const said = await lines(inForce, [pageOf([decision()])]);
    expect(said[0]).toBe('small new.yaml: nobody loses anything, 0 gains, 0 changes');
    expect(said.at(-1)).toBe('next: glidepath policy publish new.yaml');
  });

  it('say that there is nothing on record', async () => {
    expect(await lines(inForce, [])).toEqual(['No decision of small is on record since 2026-01-31.']);
  });

  it('print no name that a terminal would act on', async () => {
    const said = await lines(hasty, [pageOf([lapsed('lic_\u001b[2J')])]);
    expect(said.join('\n')).not.toContain('\u001b');
  });
});

describe('how far back', () => {
  it.each([
    ['30d', -30 * DAY],
    ['2026-01-30', -DAY],
  ])('%s', (words, ms) => {
    expect(parseSince(words, NOW)).toBe(NOW + ms);
  });

  it('is refused where it is nothing of the kind', () => {
    expect(() => parseSince('yesterday', NOW)).toThrow('--since is no point in time');
  });
});
