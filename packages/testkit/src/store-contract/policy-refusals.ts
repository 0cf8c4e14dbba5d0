/** Rows of refusals for policies on their way into force, in the form in which `commits.ts` has its own. */
import type { Write } from '@glidepath/core';
import { insert, OTHER_DIGEST, update } from './sample-records.ts';

/** A row per unique constraint: two records that cannot both be. */
export const POLICY_DUPLICATES: readonly (readonly [constraint: string, first: Write | null, second: Write])[] = [
  ['policy_rollout_pkey', insert('policyRollout'), insert('policyRollout', { state: 'cancelled' })],
  ['policy_breaker_environment_name_key', insert('policyBreaker'), insert('policyBreaker', { id: 'other' })],
  ['environment_setting_pkey', insert('environmentSetting'), insert('environmentSetting', { promotion: 'direct' })],
  ['approval_pkey', insert('approval'), insert('approval', { summary: 'other' })],
  ['status_window_pkey', insert('statusWindow'), insert('statusWindow', { allowed: null })],
  ['observed_chunk_pkey', insert('observedChunk'), insert('observedChunk', { decisions: 1 })],
  ['observation_state_pkey', insert('observationState'), insert('observationState', { chunks: 4 })],
  ['log_batch_pkey', insert('logBatch'), insert('logBatch', { size: 2 })],
  ['log_tile_pkey', insert('logTile'), insert('logTile', { hashes: 'other' })],
];

/** A row per way to refer to nothing, or across environments. */
export const POLICY_MISSING: readonly (readonly [constraint: string, write: Write])[] = [
  ['policy_pointer_candidate_fkey', update('policyPointer', 'env_1/acme-build', 0, { candidate: OTHER_DIGEST })],
  ['policy_rollout_environment_fkey', insert('policyRollout', { environment: 'env_none' })],
  ['policy_rollout_candidate_fkey', insert('policyRollout', { candidate: OTHER_DIGEST })],
  ['policy_rollout_baseline_fkey', insert('policyRollout', { baseline: OTHER_DIGEST })],
  ['rollout_count_rollout_fkey', insert('rolloutCount', { rollout: 'rlt_none' })],
  ['rollout_difference_rollout_fkey', insert('rolloutDifference', { rollout: 'rlt_none' })],
  ['policy_breaker_environment_fkey', insert('policyBreaker', { environment: 'env_none' })],
  ['environment_setting_id_fkey', insert('environmentSetting', { id: 'env_none' })],
  ['approval_environment_fkey', insert('approval', { environment: 'env_none' })],
  ['status_window_id_fkey', insert('statusWindow', { id: 'env_none' })],
  ['observed_chunk_environment_fkey', insert('observedChunk', { environment: 'env_none' })],
  ['observation_state_id_fkey', insert('observationState', { id: 'env_none' })],
];
