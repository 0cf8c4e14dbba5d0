/** What decisions are wanted for now: how much each environment records, and which rollouts run. Read once a second. */
import { type PolicyRollout, type Settings, type Store, settingsOf } from '@glidepath/core';

export interface Wanted {
  /** Of environments that have said something or roll something out; for the others the defaults hold. */
  readonly environments: ReadonlyMap<string, WantedOf>;
  readonly rollouts: readonly PolicyRollout[];
}

export interface WantedOf extends Pick<Settings, 'recording' | 'sampleBasisPoints'> {
  /** Of policies that are being rolled out. */
  readonly names: ReadonlySet<string>;
}

/** More than this are not decided beside at once; the newest are. */
const ROLLOUTS_MAX = 50;
const ENVIRONMENTS_MAX = 500;

export async function readWanted(store: Pick<Store, 'find'>): Promise<Wanted> {
  const [settings, rollouts] = await Promise.all([
    store.find('environmentSetting', {}, { limit: ENVIRONMENTS_MAX }),
    store.find('policyRollout', { state: 'running' }, { limit: ROLLOUTS_MAX, newestFirst: true }),
  ]);
  const rows = new Map(settings.map((row) => [row.id, row]));
  const ids = new Set([...rows.keys(), ...rollouts.map(({ environment }) => environment)]);
  const environments = [...ids].map((id): [string, WantedOf] => {
    const { recording, sampleBasisPoints } = settingsOf(rows.get(id) ?? null);
    const names = new Set(rollouts.filter(({ environment }) => environment === id).map(({ name }) => name));
    return [id, { recording, sampleBasisPoints, names }];
  });
  return { environments: new Map(environments), rollouts };
}
