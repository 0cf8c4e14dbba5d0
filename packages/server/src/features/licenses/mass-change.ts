/** Holds suspensions and revocations against the share that one alone may change in a while; the rest waits for a second person. */
import {
  after,
  isMassChange,
  type License,
  recentChanges,
  type Settings,
  type StatusWindow,
  settingsOf,
  type Write,
} from '@glidepath/core';
import type { Context, Outcome } from '../../command.ts';
import { secondPerson } from '../approvals/second-person.ts';

export interface Guarded {
  /** To be committed with the change: its revision keeps two nodes from being within the share both. */
  readonly writes: readonly Write[];
}

/** What to commit beside the change of one license, or what to answer instead of it. */
export async function guardMassChange(context: Context<unknown, unknown>, license: License, verb: string): Promise<Guarded | Outcome> {
  const { store, environment, now, actor } = context;
  const settings = settingsOf(await store.get('environmentSetting', environment.id));
  const window = await store.get('statusWindow', environment.id);
  const recent = window === null ? [] : recentChanges(window, now, settings).filter((change) => change.license !== license.id);
  const isAllowed = window?.allowed?.by === actor.id && window.allowed.until > now;
  const changes = [...recent, { license: license.id, at: now }];
  if (!isAllowed && changes.length >= settings.massChangeLicensesMin) {
    const live = (await store.count('license', { environment: environment.id, status: 'active' })) + recent.length;
    if (isMassChange(changes.length, live, settings)) {
      const summary = `${verb} ${license.id}, and more: ${changes.length} of ${live} live licenses within the window`;
      const wait = await secondPerson(context, { command: `license.${verb}`, subject: license.id, summary });
      if (wait !== null) return wait;
    }
  }
  return { writes: [windowWrite(environment.id, window, { changes, ...allowedNow(context, window, settings) })] };
}

/** Who was allowed one mass change goes on with it for a window, and is not asked license by license. */
function allowedNow({ approval, now }: Context<unknown, unknown>, window: StatusWindow | null, { massChangeWindowMs }: Settings) {
  if (approval === null) return { allowed: window?.allowed ?? null };
  return { allowed: { by: approval.askedBy, until: after(now, massChangeWindowMs) } };
}

function windowWrite(id: string, window: StatusWindow | null, set: Pick<StatusWindow, 'changes' | 'allowed'>): Write {
  if (window === null) return { op: 'insert', table: 'statusWindow', row: { id, ...set, revision: 0 } };
  return { op: 'update', table: 'statusWindow', id, revision: window.revision, set };
}
