/** What places can get wrong between them: one change of the policy of the design each, and exactly what follows. */
import { type Change, GONE, type Row } from './acme-fixture.ts';

export const RULE_ROWS: readonly Row[] = [
  [
    'two tiers of one name',
    [['spec.tiers.2.name', 'reduced'], ...everywhere('essential', 'reduced')],
    [['listed-twice', 'spec.tiers.2.name']],
  ],
  ['a tier with an unknown feature', [['spec.tiers.0.features.1', 'paralel']], [['unknown-feature', 'spec.tiers.0.features.1']]],
  [
    'a lower tier that gives',
    [
      ['spec.tiers.1.features.3', 'parallel'],
      ['spec.tiers.0.features.1', 'cache'],
      ['spec.tiers.0.features.2', 'sso'],
      ['spec.tiers.0.features.3', GONE],
    ],
    [['tier-adds-feature', 'spec.tiers.1.features.3']],
  ],
  ['a limit that one tier lacks', [['spec.tiers.1.limits.parallel-jobs', GONE]], [['limit-missing', 'spec.tiers.1.limits.parallel-jobs']]],
  [
    'a limit that only the lowest tier has',
    [['spec.tiers.2.limits.uploads', 1]],
    [
      ['limit-missing', 'spec.tiers.0.limits.uploads'],
      ['limit-missing', 'spec.tiers.1.limits.uploads'],
    ],
  ],
  ['tiers without any limits beside one with', [['spec.tiers.0.limits', GONE]], [['limit-missing', 'spec.tiers.0.limits.parallel-jobs']]],
  [
    'a lower tier with a higher limit',
    [['spec.tiers.2.limits.parallel-jobs', 5]],
    [['tier-raises-limit', 'spec.tiers.2.limits.parallel-jobs']],
  ],
  ['a plan on an unknown tier', [['spec.plans.team.tier', 'ful']], [['unknown-tier', 'spec.plans.team.tier']]],
  ['an unknown answer when full', [['spec.plans.team.seats.whenFull', 'denie']], [['unknown-tier', 'spec.plans.team.seats.whenFull']]],
  ['a bootstrap on an unknown tier', [['spec.plans.team.bootstrap.tier', 'basic']], [['unknown-tier', 'spec.plans.team.bootstrap.tier']]],
  [
    'a bootstrap better than the plan',
    [
      ['spec.plans.team.tier', 'reduced'],
      ['spec.plans.team.bootstrap.tier', 'full'],
    ],
    [['tier-above-plan', 'spec.plans.team.bootstrap.tier']],
  ],
  [
    'a full license better than the plan',
    [
      ['spec.plans.team.tier', 'reduced'],
      ['spec.plans.team.seats.whenFull', 'full'],
    ],
    [['tier-above-plan', 'spec.plans.team.seats.whenFull']],
  ],
  [
    'a quota of an unknown meter',
    [['spec.plans.team.quotas.minutes', { limit: 1 }]],
    [['unknown-meter', 'spec.plans.team.quotas.minutes']],
  ],
  ['a path of an unknown meter', [['spec.glidePath.quota.build-minute', []]], [['unknown-meter', 'spec.glidePath.quota.build-minute']]],
  [
    'overage that never closes',
    [['spec.plans.team.seats.overage.again', '72h']],
    [['overage-reopens-while-open', 'spec.plans.team.seats.overage.again']],
  ],
  [
    'more matches than components',
    [['spec.plans.team.seats.match', { of: ['mac', 'disk'], need: 3 }]],
    [['match-needs-too-many', 'spec.plans.team.seats.match.need']],
  ],
  [
    'more reserved than there is',
    [['spec.plans.team.seats.reserve', { build: 30, Ops: 21 }]],
    [['reserved-above-limit', 'spec.plans.team.seats.reserve']],
  ],
  ['a rung for nothing', [['spec.glidePath.unreachable.0.notify', GONE]], [['rung-says-nothing', 'spec.glidePath.unreachable.0']]],
  ['a rung on an unknown tier', [['spec.glidePath.trust.1.tier', 'reducd']], [['unknown-tier', 'spec.glidePath.trust.1.tier']]],
  [
    'a lead time that takes',
    [['spec.glidePath.expiry', [{ at: '2x leadTime', tier: 'reduced' }]]],
    [['lead-time-takes-tier', 'spec.glidePath.expiry.0.tier']],
  ],
  ['two rungs at once', [['spec.glidePath.expiry.1.at', '-60d']], [['at-not-ascending', 'spec.glidePath.expiry.1.at']]],
  [
    'rungs in another order',
    [['spec.glidePath.quota.build-minutes.0.at', '110%']],
    [['at-not-ascending', 'spec.glidePath.quota.build-minutes.1.at']],
  ],
  [
    'lead times in another order',
    [
      [
        'spec.glidePath.expiry',
        [
          { at: '1x leadTime', notify: 'info' },
          { at: '2x leadTime', notify: 'info' },
        ],
      ],
    ],
    [['at-not-ascending', 'spec.glidePath.expiry.1.at']],
  ],
  [
    'a lead time after the end',
    [
      [
        'spec.glidePath.expiry',
        [
          { at: '0h', notify: 'info' },
          { at: '2x leadTime', notify: 'info' },
        ],
      ],
    ],
    [['at-not-ascending', 'spec.glidePath.expiry.1.at']],
  ],
  ['a path that rises', [['spec.glidePath.expiry.5', { at: '60d', tier: 'reduced' }]], [['tier-rises', 'spec.glidePath.expiry.5.tier']]],
  ['a cliff at the first rung', [['spec.glidePath.clock.1.tier', 'essential']], [['tier-skipped', 'spec.glidePath.clock.1.tier']]],
  ['a cliff at a later rung', fourthTier(['spec.glidePath.revoked.2.tier', 'bare']), [['tier-skipped', 'spec.glidePath.revoked.2.tier']]],
  [
    'a cliff of a quota',
    [['spec.glidePath.quota.build-minutes.2.tier', 'essential']],
    [['tier-skipped', 'spec.glidePath.quota.build-minutes.2.tier']],
  ],
  [
    'silence without an end',
    [
      ['spec.glidePath.unreachable.2.tier', GONE],
      ['spec.glidePath.unreachable.2.notify', 'info'],
    ],
    [['unreachable-ends-without-tier', 'spec.glidePath.unreachable.2.tier']],
  ],
  ['silence without a rung', [['spec.glidePath.unreachable', []]], [['unreachable-ends-without-tier', 'spec.glidePath.unreachable']]],
  [
    'silence that takes what is essential',
    fourthTier(['spec.glidePath.unreachable.3', { at: '60d', tier: 'bare' }]),
    [['tier-without-essential', 'spec.glidePath.unreachable.3.tier']],
  ],
  [
    'a quota that takes what is essential',
    fourthTier(
      ['spec.glidePath.quota.build-minutes.3', { at: '150%', tier: 'essential' }],
      ['spec.glidePath.quota.build-minutes.4', { at: '200%', tier: 'bare' }],
    ),
    [['tier-without-essential', 'spec.glidePath.quota.build-minutes.4.tier']],
  ],
  [
    'a full license that takes what is essential',
    fourthTier(['spec.plans.team.seats.whenFull', 'bare']),
    [['tier-without-essential', 'spec.plans.team.seats.whenFull']],
  ],
  [
    'a bootstrap without what is essential',
    fourthTier(['spec.plans.team.bootstrap.tier', 'bare']),
    [['tier-without-essential', 'spec.plans.team.bootstrap.tier']],
  ],
  [
    'a plan without what is essential',
    fourthTier(['spec.plans.trial', { tier: 'bare' }]),
    [['tier-without-essential', 'spec.plans.trial.tier']],
  ],
  ['a guarantee of an unknown feature', [['spec.guarantees.0.always', 'biuld']], [['unknown-feature', 'spec.guarantees.0.always']]],
  ['a feature listed twice', [['spec.tiers.2.features.2', 'build']], [['listed-twice', 'spec.tiers.2.features.2']]],
  ['two tests of one name', [['spec.tests.1.name', 'ten days late still has everything']], [['listed-twice', 'spec.tests.1.name']]],
];

/** A tier below `essential` that lacks it all, so that only the changed place is at fault. */
function fourthTier(...changes: readonly Change[]): readonly Change[] {
  return [['spec.tiers.3', { name: 'bare', features: [], limits: { 'parallel-jobs': 0 } }], ...changes];
}

/** The rungs and plans that name a tier, pointed at another. */
function everywhere(from: string, to: string): readonly Change[] {
  const places = [
    'plans.team.seats.whenFull',
    'plans.team.bootstrap.tier',
    'glidePath.expiry.4.tier',
    'glidePath.unreachable.2.tier',
    'glidePath.revoked.2.tier',
  ];
  return from === 'essential' ? places.map((place) => [`spec.${place}`, to] as const) : [];
}
