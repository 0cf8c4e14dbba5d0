/** The policy of the design broken in one way each, and exactly the rules that its proof then finds broken. */
import { type Change, GONE } from '../policy/acme-fixture.ts';
import type { ProofRule } from './proof.ts';

export type Variant = readonly [sentence: string, changes: readonly Change[], rules: readonly ProofRule[]];

const PATH = 'spec.glidePath';
const BARE: Change = ['spec.tiers.3', { name: 'bare', features: [], limits: { 'parallel-jobs': 0 } }];
const NO_PROMISES: Change = ['spec.guarantees', []];

export const BROKEN_VARIANTS: readonly Variant[] = [
  // guarantees
  ['a feature that lower tiers lack is promised', [['spec.guarantees.0.always', 'parallel']], ['always-broken']],
  ['a promise without the cause that breaks it', [['spec.guarantees.1', { always: 'cache', unless: ['expiry'] }]], ['always-broken']],
  ['a promise that a full license breaks', [['spec.guarantees.1', { always: 'cache', unless: everyCauseBut('seats') }]], ['always-broken']],
  [
    'a promise that closed overage breaks',
    [
      ['spec.guarantees.1', { always: 'cache', unless: everyCauseBut('seats') }],
      ['spec.plans.team.seats.whenFull', 'deny'],
    ],
    ['always-broken'],
  ],
  ['notice of the end that comes too late', [['spec.guarantees.3.notice', '60d']], ['notice-too-late']],
  [
    'notice of a loss by silence that is promised longer than it is',
    [['spec.guarantees.3', { notice: '14d', before: 'loss', cause: 'unreachable' }]],
    ['notice-too-late'],
  ],
  [
    'notice of a loss by use of more than a day',
    [['spec.guarantees.3', { notice: '25h', before: 'loss', cause: 'quota' }]],
    ['notice-too-late'],
  ],
  [
    'notice that is only an information',
    [
      [`${PATH}.expiry.1.notify`, 'info'],
      [`${PATH}.expiry.2.notify`, 'info'],
      [`${PATH}.expiry.2.at`, '-7d'],
    ],
    ['notice-too-late', 'rung-unreachable'],
  ],
  ['silence that takes a tier a day early', [[`${PATH}.unreachable.1.at`, '13d']], ['offline-too-short']],
  ['an offline time longer than the path', [['spec.guarantees.4.offline', '15d']], ['offline-too-short']],
  ['a revocation that bites late', [[`${PATH}.revoked.2.at`, '49h']], ['revocation-late']],
  ['a revocation that takes nothing', [[`${PATH}.revoked`, [{ at: '0h', notify: 'critical' }]]], ['revocation-late']],
  ['no revoked path at all', [[`${PATH}.revoked`, GONE]], ['revocation-late']],
  // what every policy has to keep
  [
    'a loss at the end that nobody is told of',
    [[`${PATH}.expiry`, [{ at: '14d', tier: 'reduced', notify: 'critical' }]], NO_PROMISES],
    ['loss-unannounced'],
  ],
  ['a loss by use that nobody is told of', [[`${PATH}.quota.build-minutes`, [{ at: '120%', tier: 'reduced' }]]], ['loss-unannounced']],
  [
    'a changed machine that nobody is told of',
    [[`${PATH}.identity`, [{ at: '7d', tier: 'reduced', notify: 'critical' }]]],
    ['loss-unannounced'],
  ],
  [
    'a suspension without dwell',
    [[`${PATH}.suspended`, [{ at: '0h', tier: 'reduced', notify: 'critical' }]]],
    ['loss-unannounced', 'bites-before-receipt'],
  ],
  [
    'a lost anchor that bites at once',
    [[`${PATH}.trust`, [{ at: '0h', tier: 'reduced', notify: 'critical' }]]],
    ['loss-unannounced', 'bites-before-receipt'],
  ],
  ['a rung that says what holds already', [[`${PATH}.expiry.5`, { at: '40d', tier: 'essential' }]], ['rung-unreachable']],
  ['a quota path that no plan has', [['spec.plans.team.quotas', GONE]], ['rung-unreachable']],
  ['a notice after everything is gone', [[`${PATH}.identity.2`, { at: '8d', notify: 'critical' }]], ['notice-after-loss']],
  [
    'a license that a renewal does not restore',
    [
      [
        `${PATH}.expiry`,
        [
          { at: '-400d', notify: 'warning' },
          { at: '-380d', tier: 'reduced' },
        ],
      ],
      NO_PROMISES,
    ],
    ['not-restored'],
  ],
  [
    'silence that takes something while the word is fresh',
    [[`${PATH}.unreachable`, [{ at: '0h', tier: 'reduced', notify: 'critical' }]], NO_PROMISES],
    ['not-restored', 'loss-unannounced'],
  ],
  [
    'a quota that no window restores',
    [[`${PATH}.quota.build-minutes`, [{ at: '0%', tier: 'reduced', notify: 'critical' }]]],
    ['not-restored'],
  ],
  // publishing rules, as states
  ['tier-rises', [[`${PATH}.expiry.5`, { at: '60d', tier: 'reduced' }]], ['not-monotone']],
  ['tier-skipped by time', [[`${PATH}.clock.1.tier`, 'essential']], ['cliff', 'no-cliff-broken']],
  ['tier-skipped by use', [[`${PATH}.quota.build-minutes.2.tier`, 'essential']], ['cliff', 'no-cliff-broken']],
  ['tier-skipped without a guarantee', [[`${PATH}.trust.1.tier`, 'essential'], NO_PROMISES], ['cliff']],
  [
    'tier-without-essential by silence',
    [BARE, [`${PATH}.unreachable.3`, { at: '60d', tier: 'bare' }]],
    ['essential-lost', 'always-broken'],
  ],
  [
    'tier-without-essential by use',
    [
      BARE,
      [`${PATH}.quota.build-minutes.3`, { at: '150%', tier: 'essential' }],
      [`${PATH}.quota.build-minutes.4`, { at: '200%', tier: 'bare' }],
      NO_PROMISES,
    ],
    ['essential-lost'],
  ],
  ['tier-without-essential when full', [BARE, ['spec.plans.team.seats.whenFull', 'bare'], NO_PROMISES], ['essential-lost']],
  ['tier-without-essential as a plan', [BARE, ['spec.plans.trial', { tier: 'bare' }], NO_PROMISES], ['essential-lost']],
  [
    'tier-adds-feature',
    [
      ['spec.tiers.0.features', ['build', 'cache', 'sso']],
      ['spec.tiers.1.features', ['build', 'parallel', 'cache', 'sso']],
    ],
    ['not-monotone'],
  ],
  ['tier-raises-limit', [['spec.tiers.2.limits.parallel-jobs', 5]], ['above-limit']],
  ['limit-missing', [['spec.tiers.2.limits', {}]], ['above-limit']],
  ['tier-above-plan', [['spec.plans.small', { tier: 'reduced', seats: { limit: 2, whenFull: 'full' } }]], ['above-limit']],
  ['overage-reopens-while-open', [['spec.plans.team.seats.overage.again', '72h']], ['above-limit']],
  ['rung-says-nothing', [[`${PATH}.expiry.2`, { at: '-7d' }]], ['rung-unreachable']],
  [
    'at-not-ascending',
    [
      [
        `${PATH}.identity`,
        [
          { at: '7d', notify: 'warning' },
          { at: '7d', tier: 'reduced' },
        ],
      ],
    ],
    ['loss-unannounced', 'rung-unreachable'],
  ],
  [
    'unreachable-ends-without-tier, in a notice',
    [
      [`${PATH}.unreachable.2`, { at: '30d', notify: 'critical' }],
      [`${PATH}.unreachable.1.notify`, GONE],
    ],
    ['notice-after-loss'],
  ],
  [
    'unreachable-ends-without-tier, with nothing taken',
    [[`${PATH}.unreachable`, [{ at: '1h', notify: 'warning' }]]],
    ['silence-without-end'],
  ],
];

function everyCauseBut(cause: string): readonly string[] {
  return ['revoked', 'suspended', 'trust', 'expiry', 'unreachable', 'identity', 'quota', 'clock', 'seats', 'bootstrap', 'grant'].filter(
    (other) => other !== cause,
  );
}
