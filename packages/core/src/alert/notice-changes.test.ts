import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity } from '../policy/policy.ts';
import { after, type Instant, MINUTE } from '../time.ts';
import type { Alert } from './alert-facts.ts';
import { EASE_AFTER_MS, noticeChanges, type OpenNotice } from './notice-changes.ts';
import { groupNotices, MESSAGE_LINES_MAX, type NoticeNews, noticeMessage } from './notice-groups.ts';
import { NOW } from './test-facts.ts';

const alert = (key: string, severity: Severity, parts: Partial<Alert> = {}): Alert => ({
  ...{ key, condition: 'LicenseEnded', severity, subject: key, license: key, ownerTeam: 'team_1', message: `About ${key}.` },
  ...{ facts: { name: key, next: `glidepath where ${key}` }, next: `glidepath where ${key}`, since: NOW },
  ...parts,
});
const notice = (key: string, severity: Severity, parts: Partial<OpenNotice> = {}): OpenNotice => ({
  ...alert(key, severity),
  ...{ id: `not_${key}`, openedAt: NOW, toldAt: NOW, acknowledgedAt: null, easedSince: null },
  ...parts,
});
const minutesAgo = (minutes: number): Instant => after(NOW, -minutes * MINUTE);

describe('noticeChanges', () => {
  it('opens what is new, and once', () => {
    const changes = noticeChanges([], [alert('a', 'info')], NOW);
    expect(changes).toMatchObject({ opened: [{ key: 'a' }], risen: [], resolved: [], unchanged: [], untold: [] });
    expect(noticeChanges([notice('a', 'info')], [alert('a', 'info')], NOW)).toMatchObject({
      opened: [],
      risen: [],
      unchanged: [{ easedSince: null }],
    });
  });

  it('tells again when the severity rises, also where it was acknowledged', () => {
    const open = [notice('a', 'warning', { acknowledgedAt: NOW })];
    expect(noticeChanges(open, [alert('a', 'critical')], NOW).risen).toMatchObject([
      { notice: { key: 'a' }, alert: { severity: 'critical' } },
    ]);
    expect(noticeChanges(open, [alert('a', 'warning')], NOW)).toMatchObject({ risen: [], opened: [], untold: [] });
  });

  it('resolves what has been gone for long enough, and not before', () => {
    const gone = (easedSince: Instant | null) => noticeChanges([notice('a', 'info', { easedSince })], [], NOW);
    expect(gone(null)).toMatchObject({ resolved: [], unchanged: [{ easedSince: NOW, alert: null }] });
    expect(gone(after(NOW, -EASE_AFTER_MS + 1))).toMatchObject({
      resolved: [],
      unchanged: [{ easedSince: after(NOW, -EASE_AFTER_MS + 1) }],
    });
    expect(gone(after(NOW, -EASE_AFTER_MS))).toMatchObject({ resolved: [{ key: 'a' }], unchanged: [] });
  });

  it('lowers what has been milder for long enough, in silence', () => {
    const milder = (easedSince: Instant | null) => noticeChanges([notice('a', 'critical', { easedSince })], [alert('a', 'info')], NOW);
    expect(milder(minutesAgo(5))).toMatchObject({ unchanged: [{ severity: 'critical', easedSince: minutesAgo(5) }] });
    expect(milder(minutesAgo(15))).toMatchObject({ risen: [], resolved: [], unchanged: [{ severity: 'info', easedSince: null }] });
  });

  it('forgets that it eased when it is back', () => {
    const back = noticeChanges([notice('a', 'info', { easedSince: minutesAgo(10) })], [alert('a', 'info')], NOW);
    expect(back.unchanged).toMatchObject([{ easedSince: null }]);
  });

  it('tells one that nobody was told of yet', () => {
    const untold = (parts: Partial<OpenNotice>) =>
      noticeChanges([notice('a', 'info', { toldAt: null, ...parts })], [alert('a', 'info')], NOW).untold;
    expect(untold({})).toHaveLength(1);
    expect(untold({ acknowledgedAt: NOW })).toHaveLength(0);
  });

  it('tells a condition that flaps every five minutes for a day once', () => {
    let open: readonly OpenNotice[] = [];
    let told = 0;
    for (let minute = 0; minute < 1_440; minute += 5) {
      const now = after(NOW, minute * MINUTE);
      const changes = noticeChanges(open, minute % 10 === 0 ? [alert('a', 'critical')] : [], now);
      told += changes.opened.length + changes.risen.length + changes.resolved.length;
      open = [
        ...changes.unchanged.map(({ notice: kept, severity, easedSince }) => ({ ...kept, severity, easedSince })),
        ...changes.opened.map((each) => notice(each.key, each.severity)),
      ];
    }
    expect(told).toBe(1);
  });

  it('accounts for each notice and each alert exactly once', () => {
    const severity = fc.constantFrom<Severity>('info', 'warning', 'critical');
    const key = fc.constantFrom('a', 'b', 'c');
    const open = fc.uniqueArray(fc.record({ key, severity, ago: fc.option(fc.nat(30), { nil: null }) }), { selector: (each) => each.key });
    const alerts = fc.uniqueArray(fc.record({ key, severity }), { selector: (each) => each.key });
    fc.assert(
      fc.property(open, alerts, (was, is) => {
        const notices = was.map((each) => notice(each.key, each.severity, { easedSince: each.ago === null ? null : minutesAgo(each.ago) }));
        const { opened, risen, resolved, unchanged } = noticeChanges(
          notices,
          is.map((each) => alert(each.key, each.severity)),
          NOW,
        );
        const kept = [
          ...risen.map((each) => each.notice.key),
          ...resolved.map((each) => each.key),
          ...unchanged.map((each) => each.notice.key),
        ];
        expect(kept.toSorted()).toEqual(was.map((each) => each.key).toSorted());
        expect(opened.map((each) => each.key).toSorted()).toEqual(
          is
            .map((each) => each.key)
            .filter((each) => !kept.includes(each))
            .toSorted(),
        );
        expect(resolved.some((each) => is.some((other) => other.key === each.key))).toBe(false);
      }),
    );
  });
});

describe('groupNotices', () => {
  const changes = { opened: [], risen: [], resolved: [], untold: [] };

  it('makes one group for each owner team, the worst first', () => {
    const opened = [
      alert('a', 'info'),
      alert('b', 'critical', { ownerTeam: null }),
      alert('c', 'warning'),
      alert('d', 'critical', { ownerTeam: 'team_2' }),
    ];
    expect(
      groupNotices({ ...changes, opened }).map(({ ownerTeam, severity, news }) => [ownerTeam, severity, news.map(({ key }) => key)]),
    ).toEqual([
      ['team_2', 'critical', ['d']],
      [null, 'critical', ['b']],
      ['team_1', 'warning', ['c', 'a']],
    ]);
  });

  it('tells of a resolution only whom the notice was told', () => {
    const resolved = [notice('a', 'critical'), notice('b', 'critical', { toldAt: null })];
    expect(groupNotices({ ...changes, resolved })).toMatchObject([{ severity: 'info', news: [{ key: 'a', kind: 'resolved' }] }]);
  });

  it('is empty where nothing changed', () => {
    expect(groupNotices(changes)).toEqual([]);
  });
});

describe('noticeMessage', () => {
  const news = (key: string, severity: Severity, kind: NoticeNews['kind'] = 'opened'): NoticeNews => ({ ...alert(key, severity), kind });
  const group = (...all: readonly NoticeNews[]) => ({ ownerTeam: 'team_1', severity: 'critical' as const, news: all });

  it('says one thing in its title', () => {
    expect(noticeMessage(group(news('a', 'critical')), 'eda')).toMatchObject({
      title: 'Critical for eda: License has ended: a',
      lines: [{ heading: 'License has ended: a', text: 'About a.', next: 'glidepath where a' }],
      more: 0,
    });
    expect(noticeMessage(group(news('a', 'critical', 'resolved')), null)).toMatchObject({
      title: 'Resolved: License has ended: a',
      lines: [{ next: null }],
    });
  });

  it('counts several', () => {
    const all = [news('a', 'critical'), news('b', 'critical'), news('c', 'info'), news('d', 'info', 'resolved')];
    expect(noticeMessage(group(...all), 'eda').title).toBe('2 critical, 1 info, 1 resolved for eda');
  });

  it('ends somewhere, and says how many more there are', () => {
    const many = Array.from({ length: 50 }, (_, i) => news(`k${i}`, 'info'));
    expect(noticeMessage(group(...many), null)).toMatchObject({ more: 50 - MESSAGE_LINES_MAX });
  });

  it('is one line for each, whatever the names are', () => {
    const hostile = { ...news('a', 'critical'), message: 'one\ntwo\u001b[2J', facts: { name: 'n\r\nm', next: 'x\ny' } };
    const text = JSON.stringify(noticeMessage(group(hostile), 'e\nda'));
    expect(text).not.toMatch(/\\[nr]|\\u001b/);
  });
});
