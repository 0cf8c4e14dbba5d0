/** The settings of an environment that nobody has set. */
import type { EnvironmentSetting } from '../ports/policy-records.ts';
import { MINUTE } from '../time.ts';

export type Settings = Omit<EnvironmentSetting, 'id' | 'revision'>;

/**
 * Staged from the start: the first version of a name is put in force at once all the same, as it takes nothing from anybody.
 * One person suffices, as a new control plane has only one.
 */
export const SETTINGS_DEFAULT: Settings = {
  promotion: 'staged',
  twoPersons: false,
  massChangeBasisPoints: 500,
  massChangeLicensesMin: 3,
  massChangeWindowMs: 10 * MINUTE,
  recording: 'sampled',
  sampleBasisPoints: 1_000,
};

/** What holds for an environment; null: nobody has set anything. */
export function settingsOf(row: EnvironmentSetting | null): Settings {
  if (row === null) return SETTINGS_DEFAULT;
  const { id: _id, revision: _revision, ...settings } = row;
  return settings;
}
