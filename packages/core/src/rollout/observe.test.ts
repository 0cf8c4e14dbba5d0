import { describe, expect, it } from 'vitest';
import { decide, tierName } from '../decision/decide.ts';
import { pathTerms } from '../decision/path.ts';
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import type { LicenseFacts } from '../lease/claims.ts';
import { observedByServer } from '../license/observed.ts';
import { licenseWith, termsWith } from '../license/test-license.ts';
import { balanceKey } from '../meter/balance-keys.ts';
import type { Policy } from '../policy/policy.ts';
import type { License, LicenseTerms, SeatState } from '../ports/records.ts';
import { after, DAY, HOUR, type Instant, MINUTE } from '../time.ts';
import { type Asked, observe } from './observe.ts';
import { createReplayer } from './replay.ts';

const NOW = after(STARTS_AT, 40 * DAY);
const NO_SEATS: SeatState = {
  ...{ id: 'lic_1', granted: 0, overage: 0, overageOpenedAt: null, groups: {}, vacated: 0, reassignedAt: [], revision: 0 },
};

interface Differing {
  readonly license?: Partial<License>;
  readonly terms?: Partial<LicenseTerms>;
  readonly earlier?: Partial<LicenseTerms>;
  readonly used?: number;
  readonly policy?: Policy;
}

function factsWith({ license: ofLicense = {}, terms: ofTerms = {}, earlier, used, policy = BUILD_SERVER }: Differing): LicenseFacts {
  const license = licenseWith(ofLicense);
  const terms = termsWith(ofTerms);
  const history = earlier === undefined ? [terms] : [termsWith({ id: 'trm_0', ...earlier }), terms];
  const plan = policy.plans.find(({ name }) => name === terms.plan) ?? TEAM;
  const base = { license, terms, history, policy, plan, digest: terms.policy, path: pathTerms(policy), seats: NO_SEATS };
  const [meter] = policy.meters;
  const key = meter === undefined ? null : balanceKey({ license, terms, history }, meter, NOW);
  const record = { id: 'mtr_1', lastAt: null, lastKey: null, revision: 0, asOf: after(NOW, -2 * DAY) };
  return {
    ...base,
    policyOf: (digest) => (digest === 'sha256:old' ? BUILD_SERVER : policy),
    meters: used === undefined || key === null ? [] : [{ ...record, ...key, used }],
  };
}

const CHECK: Asked = { asked: 'check', at: NOW, seats: NO_SEATS, lastWordAt: null, isDenied: false };

function taken(facts: LicenseFacts, asked: Partial<Asked> = {}) {
  return observe(facts, { ...CHECK, ...asked }, createReplayer(facts.policy));
}

const lower: Policy = { ...BUILD_SERVER, plans: [{ ...TEAM, tier: 2 }] };

describe('a decision that is taken down', () => {
  it.each<[string, Differing]>([
    ['untouched', {}],
    ['past its end', { terms: { expiresAt: after(NOW, -20 * DAY) } }],
    ['before its start', { terms: { startsAt: after(NOW, 1) } }],
    ['suspended two days ago', { license: { status: 'suspended', statusAt: after(NOW, -2 * DAY) } }],
    ['to be suspended tomorrow', { license: { status: 'suspended', statusAt: after(NOW, DAY) } }],
    ['revoked three days ago', { license: { status: 'revoked', statusAt: after(NOW, -3 * DAY) } }],
    ['past its quota', { used: 125_000 }],
    ['past its quota, not past the one that was agreed', { used: 125_000, terms: { overrides: { quotas: { 'build-minutes': 500_000 } } } }],
    [
      'an hour after its policy lowered its tier',
      { policy: lower, earlier: { policy: 'sha256:old' }, terms: { effectiveFrom: after(NOW, -HOUR) } },
    ],
    [
      'a day after its policy lowered its tier',
      { policy: lower, earlier: { policy: 'sha256:old' }, terms: { effectiveFrom: after(NOW, -DAY) } },
    ],
  ])('comes to what the control plane decides of a license %s', (_when, differing) => {
    const facts = factsWith(differing);
    const { terms, observations } = observedByServer(facts, NOW);
    expect(taken(facts).tier).toBe(tierName(facts.policy.tiers, decide(terms, observations, NOW).tier));
  });

  it('keeps the silence before a renewal, and what its holder went by meanwhile', () => {
    const lastWordAt = after(NOW, -16 * DAY) as Instant;
    expect(taken(factsWith({}), { asked: 'renew', lastWordAt })).toMatchObject({ lastSignedWordAt: lastWordAt, tier: 'reduced' });
  });

  it('says which limits were agreed beside the plan', () => {
    const facts = factsWith({ used: 7, terms: { overrides: { seats: 12, quotas: { 'build-minutes': 9 } } } });
    const seats = { ...NO_SEATS, granted: 3, overage: 1, overageOpenedAt: after(NOW, -MINUTE) };
    expect(taken(facts, { seats })).toMatchObject({
      seats: { used: 4, limit: 12, isAgreed: true, overageOpenedAt: after(NOW, -MINUTE) },
      usage: [{ meter: 'build-minutes', used: 7, limit: 9, isAgreed: true }],
    });
    expect(taken(factsWith({ used: 7 }))).toMatchObject({ seats: { limit: 50, isAgreed: false }, usage: [{ isAgreed: false }] });
  });
});
