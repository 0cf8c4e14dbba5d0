import { describe, expect, it } from 'vitest';
import { ownersStanding } from '../owners/owners-standing.ts';
import { HOUR, MINUTE } from '../time.ts';
import { ALERT_CONDITION_NAMES, ALERT_CONDITIONS, alertCondition } from './alert-conditions.ts';
import type { OwnAlertFacts, ProbeAlertFacts, TeamAlertFacts } from './alert-facts.ts';
import { agent, alerts, inDays, NOW, OWN, probe, server, told } from './test-facts.ts';

const HOURS = 1 / 24;
const reading = (okDays: number | null, parts: Partial<ProbeAlertFacts['readings'][number]> = {}) => ({
  ...{ agent: 'lab-1', at: NOW, failure: 'timeout' as const, message: null, okAt: okDays === null ? null : inDays(okDays), unparsed: 0 },
  ...parts,
});

describe('a restored store', () => {
  const restored = { at: inDays(-0.5), takenAt: inDays(-2), incarnation: 3 };

  it('pages for a day', () => {
    expect(told({ own: { ...OWN, restored } })).toEqual(['StoreRestored critical']);
    expect(told({ own: { ...OWN, restored: { ...restored, at: inDays(-1) } } })).toEqual([]);
    expect(told({ own: { ...OWN, restored: { ...restored, takenAt: null, incarnation: null } } })).toEqual(['StoreRestored critical']);
  });
});

describe('alerts of a probe', () => {
  it.each<[string, Partial<ProbeAlertFacts>, string[]]>([
    ['nothing wrong', {}, []],
    ['its only server is down', { servers: [server('s', ['down'])] }, ['LicenseServerDown critical']],
    ['all of three are down', { servers: ['a', 'b', 'c'].map((name) => server(name, ['down'])) }, ['LicenseServerDown critical']],
    [
      'one of three is down',
      { servers: [server('a', ['down']), server('b', ['up']), server('c', ['up'])] },
      ['LicenseServerPartlyDown warning'],
    ],
    [
      'one is down, of the other nobody knows',
      { servers: [server('a', ['down']), server('b', ['unknown'])] },
      ['LicenseServerPartlyDown warning'],
    ],
    ['probers disagree', { servers: [server('a', ['down', 'up'])] }, ['LicenseServerPartlyDown warning']],
    ['too few say that it is down', { servers: [server('a', ['down'], 2)] }, []],
    [
      'a feature is gone',
      { vanished: [{ feature: { name: 'A', version: '1', pool: null }, lastSeenAt: inDays(-1), isNameLeft: false }] },
      ['LicenseFeatureVanished critical'],
    ],
    [
      'a version was replaced',
      { vanished: [{ feature: { name: 'A', version: '1', pool: null }, lastSeenAt: inDays(-1), isNameLeft: true }] },
      ['LicenseFeatureVanished warning'],
    ],
    ['failed for less than three intervals', { readings: [reading(-2.99 * HOURS)] }, []],
    ['failed for three intervals', { readings: [reading(-3 * HOURS)] }, ['LicenseProbeBlind warning']],
    ['one agent is blind, another sees', { readings: [reading(-10), reading(0, { failure: null })] }, []],
    ['failed for a day', { readings: [reading(-1)] }, ['LicenseProbeBlind critical']],
    ['nobody ever reported', { readings: [] }, ['LicenseProbeBlind critical']],
    ['new, and nobody reported yet', { readings: [], appliedAt: inDays(-1 * HOURS) }, []],
    [
      'stopped reporting without a failure',
      { readings: [reading(-5 * HOURS, { failure: null, at: inDays(-5 * HOURS) })] },
      ['LicenseProbeBlind warning'],
    ],
    ['lines not understood', { readings: [reading(0, { failure: null, unparsed: 3 })] }, ['LicenseProbeUnparsed warning']],
  ])('%s', (_, facts, conditions) => {
    expect(told({ probes: [probe(facts)] })).toEqual(conditions);
  });

  it('says why it is blind, since when, and what it watches', () => {
    const [alert] = alerts({ probes: [probe({ readings: [reading(-5 * HOURS, { message: 'no answer\nwithin 30 s' })] })] });
    expect(alert?.message).toBe(
      'Probe lab sees nothing. The source did not answer in time. (no answer within 30 s) ' +
        'The last good reading is of 2026-12-31T19:00:00Z, 5 hours ago. It watches matlab-campus. Owned by eda.',
    );
    expect(alert).toMatchObject({ subject: 'prb_1', ownerTeam: 'team_1', since: inDays(-2 * HOURS), facts: { reason: 'timeout' } });
  });
});

describe('alerts of an agent', () => {
  it.each([
    ['calls', agent(), []],
    ['called nine minutes ago', agent({ seenAt: inDays((-9 / 60) * HOURS) }), []],
    ['called ten minutes ago', agent({ seenAt: inDays((-10 / 60) * HOURS) }), ['AgentSilent warning']],
    ['called an hour ago', agent({ seenAt: inDays(-1 * HOURS) }), ['AgentSilent critical']],
    ['called an hour ago, and others run its probes', agent({ seenAt: inDays(-1 * HOURS), probes: [] }), ['AgentSilent warning']],
    ['calls each hour, and called two hours ago', agent({ everyMs: HOUR, seenAt: inDays(-2 * HOURS) }), []],
    ['was made today and never called', agent({ createdAt: inDays(-0.5), seenAt: null }), ['AgentSilent critical']],
    ['was made now', agent({ createdAt: NOW, seenAt: null }), []],
  ] as const)('that %s', (_, facts, conditions) => {
    expect(told({ agents: [facts] })).toEqual(conditions);
  });
});

describe('alerts of owners', () => {
  const team = (joined: readonly number[], licenses = ['matlab-campus']): TeamAlertFacts => ({
    standing: ownersStanding(
      { id: 'team_1', name: 'eda' },
      joined.map((days, i) => ({
        member: { createdAt: inDays(-days) },
        principal: { id: `p${i}`, kind: 'person', name: `person ${i}`, email: `p${i}@example.com`, disabledAt: null },
      })),
      [],
      NOW,
    ),
    licenses,
  });

  it.each<[string, TeamAlertFacts, string[]]>([
    ['two', team([1, 2]), []],
    ['one', team([1]), ['LicenseOwnersMissing warning']],
    ['none', team([]), ['LicenseOwnersMissing critical']],
    ['all silent', team([100, 200]), ['LicenseOwnersMissing critical']],
    ['nobody, and nothing to own', team([], []), []],
    ['one to be asked', team([1, 76]), ['LicenseOwnersUnconfirmed info']],
    ['one to be asked within a week', team([1, 84]), ['LicenseOwnersUnconfirmed warning']],
    ['three, one of them to be asked', team([1, 2, 84]), ['LicenseOwnersUnconfirmed info']],
  ])('%s', (_, facts, conditions) => {
    expect(told({ teams: [facts] })).toEqual(conditions);
  });

  it('names who does not count, and why', () => {
    const [alert] = alerts({ teams: [team([1, 95])] });
    expect(alert?.message).toBe(
      'Only one person in eda can be reached as an owner; two are needed. Not counted: person 1 (has not confirmed for 90 days). It owns matlab-campus.',
    );
    expect(alert).toMatchObject({ subject: 'team_1', ownerTeam: 'team_1', since: inDays(-5), next: 'glidepath owner list eda' });
  });
});

describe('alerts about Glidepath itself', () => {
  const part = (kind: OwnAlertFacts['parts'][number]['kind'], made: number | null, ends: number): Partial<OwnAlertFacts> => ({
    parts: [{ id: `glidepath/${kind}`, kind, name: kind, madeAt: made === null ? null : inDays(made), endsAt: inDays(ends) }],
  });
  const job = (okDays: number | null): Partial<OwnAlertFacts> => ({
    jobs: [{ name: 'seal', everyMs: 10 * MINUTE, startedAt: inDays(-1), okAt: okDays === null ? null : inDays(okDays) }],
  });
  const disk = (free: number, fullDays: number | null): Partial<OwnAlertFacts> => ({
    disk: { freeBytes: free, totalBytes: 100, fullAt: fullDays === null ? null : inDays(fullDays) },
  });
  const beat = (days: number | null): Partial<OwnAlertFacts> => ({
    heartbeats: [
      { channel: 'chn_1', name: 'watchdog', everyMs: MINUTE, createdAt: inDays(-1), sentAt: days === null ? null : inDays(days) },
    ],
  });

  it.each<[string, Partial<OwnAlertFacts>, string[]]>([
    ['nothing wrong', {}, []],
    ['a certificate of a year, a month before', part('certificate', -335, 30), ['GlidepathCertificateShort warning']],
    ['a certificate of a year, a week before', part('certificate', -358, 7), ['GlidepathCertificateShort critical']],
    ['a certificate of six days, on its first', part('certificate', -1, 5), []],
    ['a certificate of six days, on its last', part('certificate', -5.5, 0.5), ['GlidepathCertificateShort critical']],
    ['a key of thirty days at two thirds', part('key', -20, 10), []],
    ['a key of thirty days at three quarters', part('key', -22.5, 7.5), ['GlidepathKeyShort warning']],
    ['a token of unknown age', part('token', null, 30), ['GlidepathTokenShort warning']],
    ['a root, a year before', part('root', -3_000, 365), ['GlidepathRootShort info']],
    ['a root, half a year before', part('root', -3_000, 180), ['GlidepathRootShort warning']],
    ['what has ended', part('token', -100, -1), ['GlidepathTokenShort critical']],
    ['room on the disk', disk(50, null), []],
    ['little room', disk(14, null), ['GlidepathDiskShort warning']],
    ['hardly any room', disk(4, null), ['GlidepathDiskShort critical']],
    ['room that lasts ten days', disk(50, 10), ['GlidepathDiskShort warning']],
    ['room that lasts two days', disk(50, 2), ['GlidepathDiskShort critical']],
    ['the next start', { nextStart: { problem: 'the port is taken', since: inDays(-1) } }, ['GlidepathNextStartFails critical']],
    ['a job that ended well', job(-0.01), []],
    ['a job that did not for half an hour', job(-0.5 * HOURS), ['GlidepathJobStale warning']],
    ['a job that never did', job(null), ['GlidepathJobStale critical']],
    [
      'dead messages',
      { dead: [{ channel: 'chn_1', name: 'oncall', count: 2, oldestAt: inDays(-1), error: '404' }] },
      ['GlidepathDeliveryDead critical'],
    ],
    ['a heartbeat that goes out', beat(0), []],
    ['a heartbeat that stays away', beat((-3 / 60) * HOURS), ['GlidepathHeartbeat critical']],
    ['a heartbeat that never went out', beat(null), ['GlidepathHeartbeat critical']],
  ])('%s', (_, own, conditions) => {
    expect(told({ own: { ...OWN, ...own } })).toEqual(conditions);
  });
});

describe('the table of conditions', () => {
  it.each(ALERT_CONDITION_NAMES)('%s is complete', (name) => {
    const { title, severities, meaning, next } = ALERT_CONDITIONS[name];
    expect(title).toMatch(/^[A-Z][^.]+$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(next).toMatch(/^glidepath [a-z-]+/);
    expect(severities.length).toBeGreaterThan(0);
  });

  it('has those that drills and contracts name', () => {
    const fixed = ['LicenseRunwayShort', 'LicenseIssuerUnreachable', 'LicenseArtefactStale', 'LicenseOwnersMissing', 'GlidepathHeartbeat'];
    for (const name of fixed) expect(alertCondition(name)).not.toBeNull();
    expect(alertCondition('toString')).toBeNull();
  });
});
