/** Rows of refusals for what somebody else issues, in the form in which `commits.ts` has its own. */
import type { Write } from '@glidepath/core';
import { at, insert } from './sample-records.ts';

/** A row per unique constraint: two records that cannot both be. */
export const HELD_DUPLICATES: readonly (readonly [constraint: string, first: Write | null, second: Write])[] = [
  ['held_license_pkey', insert('heldLicense'), insert('heldLicense', { name: 'other' })],
  ['held_license_environment_name_key', insert('heldLicense'), insert('heldLicense', { id: 'lic_2' })],
  ['license_watch_license_probe_key', insert('licenseWatch'), insert('licenseWatch', { id: 'other' })],
  ['probe_environment_name_key', insert('probe'), insert('probe', { id: 'prb_2', kind: 'rlm' })],
  ['probe_reading_probe_agent_key', insert('probeReading'), insert('probeReading', { id: 'other' })],
  ['usage_sample_license_feature_day_key', insert('usageSample'), insert('usageSample', { id: 'other', peak: 1 })],
  ['channel_environment_name_key', insert('channel'), insert('channel', { id: 'chn_2' })],
  ['notice_environment_key_key', insert('notice'), insert('notice', { id: 'ntc_2', resolvedAt: at(9) })],
  ['owner_confirmation_team_principal_key', insert('ownerConfirmation'), insert('ownerConfirmation', { id: 'other' })],
];

/** A row per way to refer to nothing, or across environments. */
export const HELD_MISSING: readonly (readonly [constraint: string, write: Write])[] = [
  ['held_license_id_environment_fkey', insert('heldLicense', { id: 'lic_none' })],
  ['held_license_id_environment_fkey', insert('heldLicense', { environment: 'env_2' })],
  ['license_watch_license_environment_fkey', insert('licenseWatch', { environment: 'env_2' })],
  ['probe_environment_fkey', insert('probe', { environment: 'env_none' })],
  ['probe_reading_agent_fkey', insert('probeReading', { agent: 'pri_none' })],
  ['agent_state_id_fkey', insert('agentState', { id: 'pri_none' })],
  ['usage_sample_license_fkey', insert('usageSample', { license: 'lic_none' })],
  ['channel_environment_fkey', insert('channel', { environment: 'env_none' })],
  ['notice_environment_fkey', insert('notice', { environment: 'env_none' })],
  ['delivery_environment_fkey', insert('delivery', { environment: 'env_none' })],
  ['owner_confirmation_team_fkey', insert('ownerConfirmation', { team: 'tea_none' })],
  ['owner_confirmation_principal_fkey', insert('ownerConfirmation', { principal: 'pri_none' })],
];
