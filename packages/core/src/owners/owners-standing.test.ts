import { describe, expect, it } from 'vitest';
import type { Principal } from '../ports/records.ts';
import { after, DAY, instant } from '../time.ts';
import { type MemberFacts, ownersStanding } from './owners-standing.ts';

const NOW = instant(1_000 * DAY);
const daysAgo = (days: number) => after(NOW, -days * DAY);
const TEAM = { id: 'team_1', name: 'eda' };
const member = (id: string, joined = 10, parts: Partial<Principal> = {}): MemberFacts => ({
  member: { createdAt: daysAgo(joined) },
  principal: { id, kind: 'person', name: id, email: `${id}@example.com`, disabledAt: null, ...parts },
});
const confirmed = (principal: string, days: number) => ({ principal, confirmedAt: daysAgo(days) });
const standing = (members: readonly MemberFacts[], confirmations: readonly ReturnType<typeof confirmed>[] = []) =>
  ownersStanding(TEAM, members, confirmations, NOW);

describe('ownersStanding', () => {
  it.each([
    ['nobody', [], 'none', 2],
    ['one', [member('ana')], 'one', 1],
    ['two', [member('ana'), member('bo')], 'enough', 0],
    ['one person twice', [member('ana'), member('ana', 5)], 'one', 1],
    ['two accounts with one address', [member('ana'), member('bo', 5, { email: ' Ana@Example.com' })], 'one', 1],
    ['a person and a service', [member('ana'), member('ci', 5, { kind: 'service' })], 'one', 1],
    ['a person and an agent', [member('ana'), member('lab', 5, { kind: 'agent' })], 'one', 1],
    ['one without an address', [member('ana'), member('bo', 5, { email: null })], 'one', 1],
    ['one with an empty address', [member('ana'), member('bo', 5, { email: ' ' })], 'one', 1],
    ['one disabled', [member('ana'), member('bo', 5, { disabledAt: daysAgo(1) })], 'one', 1],
    ['one to be disabled later', [member('ana'), member('bo', 5, { disabledAt: after(NOW, DAY) })], 'enough', 0],
    ['one that joined 90 days ago', [member('ana'), member('bo', 90)], 'one', 1],
    ['one that joined a moment less ago', [member('ana'), member('bo', 89.99)], 'enough', 0],
  ] as const)('%s', (_, members, state, lacking) => {
    expect(standing(members)).toMatchObject({ state, lacking });
  });

  it('counts from the last confirmation, of this person', () => {
    const members = [member('ana'), member('bo', 400)];
    expect(standing(members, [confirmed('bo', 300), confirmed('bo', 20)]).state).toBe('enough');
    expect(standing(members, [confirmed('ana', 20)]).state).toBe('one');
    expect(standing(members, [confirmed('bo', -30)]).members[1]?.confirmedUntil).toBe(after(NOW, 90 * DAY));
  });

  it.each([
    [75.99, null, false],
    [76, null, true],
    [90, 'silent', true],
  ] as const)('asks again from day 76: %d', (days, lack, isAsked) => {
    expect(standing([member('bo', days)]).members[0]).toMatchObject({ lack, isAsked });
  });

  it('does not ask who could not count anyway', () => {
    expect(
      standing([member('bo', 80, { disabledAt: daysAgo(1) }), member('ci', 80, { kind: 'service' })]).members.map(({ isAsked }) => isAsked),
    ).toEqual([false, false]);
  });

  it('says until when there are enough', () => {
    expect(standing([member('ana', 10), member('bo', 40), member('cy', 80)]).enoughUntil).toBe(after(NOW, 50 * DAY));
    expect(standing([member('ana')]).enoughUntil).toBeNull();
  });
});
