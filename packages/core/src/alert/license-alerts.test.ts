import { describe, expect, it } from 'vitest';
import { BUILD_SERVER } from '../decision/test-policy.ts';
import { DAY, HOUR } from '../time.ts';
import type { LicenseAlertFacts } from './alert-facts.ts';
import { LEAD_TIME_DEFAULT_MS, leadTimeOf } from './lead-time.ts';
import { alerts, inDays, item, license, NOW, runway, told, use } from './test-facts.ts';

const ours = (parts: Partial<LicenseAlertFacts>) => license({ kind: 'self', vendor: null, leadTime: [], policy: BUILD_SERVER, ...parts });
const seats = (days: number) => item('seats', days, { interval: { early: inDays(days), late: null } });
const latent = (act: 'restart' | 'upgrade', days: number) => item('latent', days, { act });

describe('quarantine', () => {
  it('pages while it lasts, with since when and what to type', () => {
    expect(told({ licenses: [license({ quarantinedAt: inDays(-1) })] })).toEqual(['LicenseQuarantined critical']);
    const [alert] = alerts({ licenses: [license({ quarantinedAt: inDays(-1) })] });
    expect(alert).toMatchObject({ since: inDays(-1), next: 'glidepath license release-quarantine lic_1 --reason TEXT' });
    expect(alert?.message).toContain('nobody new is let in');
  });
});

describe('alerts of a license', () => {
  it.each<[string, LicenseAlertFacts, string[]]>([
    ['nothing wrong', license(), []],
    ['a runway that nobody knows', license({ runway: { ...runway(), state: 'unknown' } }), []],
    ['just before three lead times', license({ runway: runway(item('end', 60.01)) }), []],
    ['three lead times', license({ runway: runway(item('end', 60)) }), ['LicenseRunwayShort info']],
    ['two lead times', license({ runway: runway(item('end', 40)) }), ['LicenseRunwayShort warning']],
    ['one lead time', license({ runway: runway(item('end', 20)) }), ['LicenseRunwayShort critical']],
    [
      'stages count from the expiry, not from the end of the grace',
      license({ runway: runway(item('end', 50, { expiresAt: inDays(20) })) }),
      ['LicenseRunwayShort critical'],
    ],
    ['expired, within the grace', license({ runway: runway(item('end', 5, { expiresAt: inDays(-5) })) }), ['LicenseRunwayShort critical']],
    ['ended this instant', license({ runway: runway(item('end', 0)) }), ['LicenseEnded critical']],
    ['ended', license({ runway: runway(item('end', -3), latent('restart', -3)) }), ['LicenseEnded critical']],
    ['a certificate', license({ runway: runway(item('certificate', 30)) }), ['LicenseRunwayShort warning']],
    ['a key that rotates by itself is no runway of a license', license({ runway: runway(item('signing-key', 5)) }), []],
    ['ours, by days: sixty', ours({ runway: runway(item('end', 74, { expiresAt: inDays(60) })) }), ['LicenseRunwayShort info']],
    ['ours, by days: thirty', ours({ runway: runway(item('end', 44, { expiresAt: inDays(30) })) }), ['LicenseRunwayShort warning']],
    ['ours, in its grace', ours({ runway: runway(item('end', 1, { expiresAt: inDays(-13) })) }), ['LicenseRunwayShort critical']],
    ['the next restart fails', license({ runway: runway(latent('restart', -1), item('end', 300)) }), ['LicenseLatent critical']],
    ['the next upgrade fails', license({ runway: runway(latent('upgrade', -1), item('end', 300)) }), ['LicenseLatent warning']],
    [
      'a restart will fail within the lead time',
      license({ runway: runway(latent('restart', 19), item('end', 300)) }),
      ['LicenseLatent warning'],
    ],
    ['a restart will fail later', license({ runway: runway(latent('restart', 21), item('end', 300)) }), []],
    ['nobody owns it', license({ ownerTeam: null }), ['LicenseOwnersMissing critical']],
  ])('%s', (_, facts, conditions) => {
    expect(told({ licenses: [facts] })).toEqual(conditions);
  });

  it.each<[string, NonNullable<LicenseAlertFacts['contract']>, string[]]>([
    ['renews itself, far', { noticeDeadlineAt: inDays(41), autoRenew: 'yes', expiresAt: null }, []],
    ['renews itself, near', { noticeDeadlineAt: inDays(40), autoRenew: 'yes', expiresAt: null }, ['LicenseNoticeDeadlineNear info']],
    [
      'renews itself, very near',
      { noticeDeadlineAt: inDays(20), autoRenew: 'unknown', expiresAt: null },
      ['LicenseNoticeDeadlineNear warning'],
    ],
    ['past: nothing is left to do', { noticeDeadlineAt: inDays(0), autoRenew: 'yes', expiresAt: null }, []],
    ['does not renew itself', { noticeDeadlineAt: inDays(5), autoRenew: 'no', expiresAt: null }, []],
  ])('a contract that %s', (_, contract, conditions) => {
    expect(told({ licenses: [license({ contract })] })).toEqual(conditions);
  });

  it.each<[string, LicenseAlertFacts, string[]]>([
    ['some are in use', license({ uses: [use({ used: 49 })] }), []],
    ['all are in use', license({ uses: [use({ used: 50 })] }), ['LicenseSeatsShort critical']],
    ['a share that a policy names', ours({ uses: [use({ used: 40 })] }), ['LicenseSeatsShort warning']],
    ['one seat, in use', license({ uses: [use({ limit: 1, used: 1 })] }), []],
    ['node-locked', license({ uses: [use({ kind: 'node-locked', used: 50 })] }), []],
    ['uncounted', license({ uses: [use({ limit: null, used: 5_000 })] }), []],
    ['a forecast within three lead times', license({ runway: runway(seats(60), item('end', 300)) }), ['LicenseSeatsShort info']],
    ['a forecast within two', license({ runway: runway(seats(40), item('end', 300)) }), ['LicenseSeatsShort warning']],
    ['a forecast beyond', license({ runway: runway(seats(61), item('end', 300)) }), []],
    ['used up by forecast', license({ runway: runway(seats(-1), item('end', 300)) }), ['LicenseSeatsShort critical']],
    [
      'a quota',
      ours({ uses: [use({ of: 'quota', name: 'build-minutes', limit: 100, used: 80, kind: null })] }),
      ['LicenseQuotaShort warning'],
    ],
    ['over what is licensed', license({ uses: [use({ overage: 3 })] }), ['LicenseOverage warning']],
    ['overage that closes tomorrow', license({ uses: [use({ overage: 3, overageClosesAt: inDays(1) })] }), ['LicenseOverage critical']],
    ['refusals', license({ uses: [use({ deniedLately: 2 }), use({ name: 'SIMULINK', deniedLately: 5 })] }), ['LicenseDenials warning']],
  ])('of its use: %s', (_, facts, conditions) => {
    expect(told({ licenses: [facts] })).toEqual(conditions);
  });

  const artefact = (made: number | null, ends: number) => ({
    node: 'n1',
    what: 'license file',
    madeAt: made === null ? null : inDays(made),
    endsAt: inDays(ends),
  });
  it.each<[string, ReturnType<typeof artefact>[], string[]]>([
    ['fresh', [artefact(-10, 20)], []],
    ['past half of its life', [artefact(-15, 15)], ['LicenseArtefactStale warning']],
    ['past three quarters', [artefact(-23, 7)], ['LicenseArtefactStale critical']],
    ['ended', [artefact(-40, -1)], ['LicenseArtefactStale critical']],
    ['of unknown age, within the lead time', [artefact(null, 20)], ['LicenseArtefactStale warning']],
    ['as long as the license', [artefact(-400, 300)], []],
  ])('a node that holds one that is %s', (_, artefacts, conditions) => {
    expect(told({ licenses: [license({ artefacts })] })).toEqual(conditions);
  });

  it.each([
    [0.5 * HOUR, []],
    [HOUR, ['LicenseIssuerUnreachable warning']],
    [14 * DAY, ['LicenseIssuerUnreachable critical']],
    [40 * DAY, ['LicenseIssuerUnreachable critical']],
  ])('silence of its issuer for %i ms', (ms, conditions) => {
    expect(told({ licenses: [ours({ runway: runway(), unreachableSince: inDays(-ms / DAY) })] })).toEqual(conditions);
  });

  it('says what stops, when, whom it hits, who owns it, and what to do', () => {
    const [alert] = alerts({ licenses: [license({ runway: runway(item('end', 12)), dependents: ['build-farm'], runsOn: ['lic-1'] })] });
    expect(alert).toMatchObject({
      key: 'LicenseRunwayShort/lic_1',
      ...{ subject: 'lic_1', license: 'lic_1', ownerTeam: 'team_1', since: inDays(-8), next: 'glidepath where matlab-campus' },
      message:
        'MATLAB by MathWorks (matlab-campus) stops at 2027-01-13T00:00:00Z, in 12 days. Evidence of end. Its renewal takes 20 days. ' +
        'It hits build-farm. It runs on lic-1. Owned by eda.',
      facts: { name: 'matlab-campus', next: 'glidepath where matlab-campus', leadTimeFrom: 'license' },
    });
  });

  it('says when a lead time was assumed', () => {
    const [alert] = alerts({ licenses: [license({ leadTime: [], runway: runway(item('end', 12)) })] });
    expect(alert?.message).toContain('Nobody has said how long its renewal takes; 14 days are assumed.');
  });

  it('keeps hostile names on one line, and out of the shell', () => {
    const name = "a'; rm -rf ~ #\n<!channel>";
    const [alert] = alerts({ licenses: [license({ name, product: 'P\u001b[2J', runway: runway(item('end', 1)), dependents: ['x\ny'] })] });
    expect(alert?.message).not.toMatch(/\p{Cc}/u);
    expect(alert?.next).toBe("glidepath where 'a'\\''; rm -rf ~ # <!channel>'");
  });
});

describe('leadTimeOf', () => {
  const policy = { renewal: { startMs: null, leadTime: [{ name: 'vendor', ms: 3 * DAY }], windows: [] } };
  const two = [
    { name: 'vendor', ms: 14 * DAY },
    { name: 'approval', ms: 5 * DAY },
  ];

  it.each([
    ["the sum of a license's own", two, policy, 19 * DAY, 'license'],
    ["else the policy's", [], policy, 3 * DAY, 'policy'],
    ['else fourteen days', [], { renewal: null }, LEAD_TIME_DEFAULT_MS, 'default'],
    ['a sum of zero says nothing', [{ name: 'vendor', ms: 0 }], { renewal: null }, LEAD_TIME_DEFAULT_MS, 'default'],
  ] as const)('is %s', (_, own, rule, ms, from) => {
    expect(leadTimeOf(own, rule)).toEqual({ ms, from });
  });
});

describe('alertsOf', () => {
  it('puts the worst first, each key once', () => {
    const list = [license({ id: 'a', runway: runway(item('end', 60)) }), license({ id: 'b', runway: runway(item('end', -1)) })];
    expect(alerts({ licenses: [...list, ...list] }, NOW).map(({ key }) => key)).toEqual(['LicenseEnded/b', 'LicenseRunwayShort/a']);
  });
});
