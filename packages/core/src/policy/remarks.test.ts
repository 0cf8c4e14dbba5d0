import { describe, expect, it } from 'vitest';
import { ACME, type Change, changed, GONE } from './acme-fixture.ts';
import { checkPolicy } from './check-policy.ts';
import { HELD_POLICY_DOCUMENT } from './held.ts';

const remarksOf = (tree: unknown) => {
  const { violations, remarks } = checkPolicy(tree);
  expect(violations).toEqual([]);
  return remarks.map(({ code, path }) => `${code} ${path.join('.')}`);
};

const USUAL = remarksOf(ACME);
const beyondUsual = (...changes: readonly Change[]) => remarksOf(changed(...changes)).filter((remark) => !USUAL.includes(remark));

describe('remarks', () => {
  it('name what is recorded and not acted on yet', () => {
    expect(USUAL).toEqual(['not-enforced-yet spec.renewal']);
    expect(checkPolicy(ACME).remarks[0]?.message).toBe('`renewal` is recorded, not acted on yet');
  });

  it('are absent where nothing is left open', () => {
    expect(remarksOf(changed(['spec.renewal', GONE]))).toEqual([]);
  });

  it('say nothing about guarantees, which are proved', () => {
    expect(remarksOf(changed(['spec.guarantees', [{ always: 'build' }]]))).not.toContain('not-enforced-yet spec.guarantees');
  });

  it.each<readonly [string, Change]>([
    ['whenFull: queue', ['spec.plans.team.seats.whenFull', 'queue']],
    ['reserve', ['spec.plans.team.seats.reserve', { build: 1 }]],
    ['offlineBudget', ['spec.plans.team.seats.offlineBudget', '10%']],
    ['offlineSlice', ['spec.plans.team.quotas.build-minutes.offlineSlice', '5%']],
  ])('say nothing about `%s`, which is enforced', (_, change) => {
    expect(beyondUsual(change)).toEqual([]);
  });

  it.each<readonly [string, string, unknown]>([
    ['rebind', 'node-locked', { count: 1, per: '30d' }],
    ['reassign', 'named', { count: 1, per: '30d' }],
  ])('say of `%s` only where it has no effect', (key, kind, value) => {
    const at = `spec.plans.team.seats.${key}`;
    expect(beyondUsual([at, value])).toEqual([`without-effect ${at}`]);
    expect(beyondUsual([at, value], ['spec.plans.team.seats.kind', kind])).toEqual([]);
  });

  it('say nothing about `match` of node-locked seats, which is enforced', () => {
    const match: Change = ['spec.plans.team.seats.match', { of: ['mac', 'disk'], need: 1 }];
    expect(beyondUsual(match, ['spec.plans.team.seats.kind', 'node-locked'])).toEqual([]);
    expect(beyondUsual(match)).toEqual(['without-effect spec.plans.team.seats.match']);
  });

  it('say that a queue is never joined', () => {
    const queue: Change = ['spec.plans.team.seats.queue', { for: '5m' }];
    expect(beyondUsual(queue)).toContain('without-effect spec.plans.team.seats.queue');
    expect(beyondUsual(queue, ['spec.plans.team.seats.whenFull', 'queue'])).not.toContain('without-effect spec.plans.team.seats.queue');
  });

  it('say that a path never begins', () => {
    expect(beyondUsual(['spec.plans.team.quotas', GONE])).toEqual(['without-effect spec.glidePath.quota.build-minutes']);
    expect(beyondUsual(['spec.plans.team.seats', GONE])).toEqual(['without-effect spec.glidePath.seats']);
  });

  it('say that a feature is in no tier', () => {
    expect(beyondUsual(['spec.features.export', {}])).toEqual(['without-effect spec.features.export']);
  });

  it('warn of a rung that a healthy application reaches between two renewals', () => {
    expect(beyondUsual(['spec.plans.team.lease.ttl', '15d'])).toEqual(['rung-before-renewal spec.glidePath.unreachable.1.at']);
    expect(beyondUsual(['spec.plans.team.lease.ttl', '13d'])).toEqual([]);
  });

  it('warn of a renewal that starts too late to be done in time', () => {
    expect(beyondUsual(['spec.renewal.start', '21d'])).toEqual(['renewal-starts-late spec.renewal.start']);
    expect(beyondUsual(['spec.renewal.start', '22d'])).toEqual([]);
  });

  it('say that lead times are for held licenses', () => {
    expect(remarksOf(HELD_POLICY_DOCUMENT)).toEqual(['held-only spec.glidePath.expiry']);
  });
});
