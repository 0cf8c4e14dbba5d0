/** Good records of a policy on its way into force: the sample pointer's rollout, its counts, its breaker, the environment's settings. */
import type { Tables } from '@glidepath/core';
import { at } from './sample-time.ts';

type OfPolicies =
  | 'policyRollout'
  | 'rolloutCount'
  | 'rolloutDifference'
  | 'policyBreaker'
  | 'environmentSetting'
  | 'approval'
  | 'statusWindow'
  | 'observedChunk'
  | 'observationState'
  | 'logBatch'
  | 'logTile';

const DIGEST = 'sha256:0000000000000000000000000000000000000000000000000000000000000001';

export const POLICY_SAMPLES: { readonly [T in OfPolicies]: (over?: Partial<Tables[T]>) => Tables[T] } = {
  policyRollout: (over) => ({
    id: 'rlt_1',
    environment: 'env_1',
    name: 'acme-build',
    candidate: DIGEST,
    baseline: DIGEST,
    stage: 'canary',
    shareBasisPoints: 500,
    state: 'running',
    budget: { lossesBasisPoints: 100, denialsBasisPoints: 100, factor: 3, decisionsMin: 20 },
    reason: 'More parallel jobs.',
    startedAt: at(1),
    startedBy: 'pri_1',
    stagedAt: at(2),
    stagedBy: 'pri_1',
    endedAt: null,
    retryAt: null,
    trips: 0,
    steps: [],
    evidence: null,
    revision: 0,
    ...over,
  }),
  rolloutCount: (over) => ({
    id: 'rlt_1/1/node-1',
    rollout: 'rlt_1',
    round: 1,
    node: 'node-1',
    decisions: 40,
    losses: 2,
    gains: 1,
    denials: 3,
    baselineDenials: 1,
    degraded: 5,
    baselineDegraded: 4,
    examples: [{ license: 'lic_1' }],
    countedAt: at(3),
    revision: 0,
    ...over,
  }),
  rolloutDifference: (over) => ({
    id: 'obs_1',
    rollout: 'rlt_1',
    stage: 'shadow',
    counts: { decisions: 9, losses: 1, gains: 0, changes: 0, denials: 0, withoutPlan: 0, ungrouped: 0 },
    groups: [
      {
        ...{ kind: 'loss', plan: 'team', cause: 'expiry', decisions: 1, licenses: ['lic_1'], isMoreLicenses: false },
        ...{ firstAt: at(2), lastAt: at(2), examples: [] },
        tier: { before: 'full', after: 'reduced', featuresLost: ['parallel'], featuresGained: [], limits: [] },
      },
    ],
    undecided: 2,
    since: at(1),
    until: at(3),
    revision: 0,
    ...over,
  }),
  policyBreaker: (over) => ({
    id: 'env_1/acme-build',
    environment: 'env_1',
    name: 'acme-build',
    mode: 'isolated',
    reason: 'Until the incident is understood.',
    setAt: at(3),
    setBy: 'pri_1',
    revision: 0,
    ...over,
  }),
  approval: (over) => ({
    id: 'apr_1',
    environment: 'env_1',
    command: 'license.suspend',
    params: { license: 'lic_1' },
    body: { reason: 'unpaid' },
    subject: 'lic_1',
    summary: 'Suspend Acme Build of Initech',
    state: 'waiting',
    askedBy: 'pri_1',
    askedAt: at(1),
    expiresAt: at(9),
    decidedBy: null,
    decidedAt: null,
    reason: null,
    revision: 0,
    ...over,
  }),
  statusWindow: (over) => ({
    id: 'env_1',
    changes: [{ license: 'lic_1', at: at(1) }],
    allowed: { by: 'pri_1', until: at(5) },
    revision: 0,
    ...over,
  }),
  environmentSetting: (over) => ({
    id: 'env_1',
    promotion: 'staged',
    twoPersons: true,
    massChangeBasisPoints: 500,
    massChangeLicensesMin: 3,
    massChangeWindowMs: 600_000,
    recording: 'sampled',
    sampleBasisPoints: 1_000,
    revision: 0,
    ...over,
  }),
  observedChunk: (over) => ({
    id: 'obs_1',
    environment: 'env_1',
    firstAt: at(1),
    lastAt: at(2),
    decisions: 0,
    unrecorded: 7,
    bytes: 46,
    body: { v: 1, from: at(1), names: [], rows: [] },
    ...over,
  }),
  observationState: (over) => ({
    id: 'env_1',
    chunks: 3,
    bytes: 4_000,
    recorded: 100,
    unrecorded: 900,
    forgotten: 20,
    revision: 0,
    ...over,
  }),
  logBatch: (over) => ({
    id: 'lgb_000000000000000',
    first: 0,
    size: 1,
    root: 'root-1',
    entries: ['aud_1'],
    leaves: 'leaf-1',
    cursor: 'cursor-1',
    sealedAt: at(3),
    incarnation: 1,
    head: 'head-1',
    ...over,
  }),
  logTile: (over) => ({ id: '0.000000000000', hashes: 'hashes-1', ...over }),
};
