/** How an environment treats changes: whether versions go by stages, when a second person is asked, which decisions are kept. */
import { type EnvironmentSetting, settingsOf } from '@glidepath/core';
import { ApprovalNeeded, body, EnvironmentQuery, SettingsRequest, SettingsView } from '@glidepath/protocol/http';
import { answer, type Change, type Command, defineCommand } from '../../command.ts';
import { secondPerson } from '../approvals/second-person.ts';

const show = defineCommand({
  name: 'environment.settings',
  method: 'GET',
  path: '/v1/environment-settings',
  summary: 'Shows how an environment treats changes',
  auth: 'viewer',
  query: body(EnvironmentQuery),
  answers: { 200: SettingsView },
  async run({ store, environment }) {
    const row = await store.get('environmentSetting', environment.id);
    return answer(200, { environment: environment.name, ...settingsOf(row) });
  },
});

const set = defineCommand({
  name: 'environment.set-settings',
  method: 'PUT',
  path: '/v1/environment-settings',
  summary: 'Changes how an environment treats changes; what is left out stays',
  auth: 'admin',
  body: SettingsRequest,
  query: body(EnvironmentQuery),
  answers: { 200: SettingsView, 202: ApprovalNeeded },
  async run(context) {
    const { store, environment, body: asked } = context;
    const { reason, ...wanted } = asked;
    const row = await store.get('environmentSetting', environment.id);
    const before = settingsOf(row);
    const settings = { ...before, ...wanted };
    const changed = (Object.keys(settings) as (keyof typeof settings)[]).filter((key) => settings[key] !== before[key]);
    const answered = answer(200, { environment: environment.name, ...settings });
    if (changed.length === 0) return answered;
    if (before.twoPersons) {
      const summary = `Change ${changed.join(', ')} of ${environment.name}: ${reason}`;
      const wait = await secondPerson(context, { command: 'environment.set-settings', subject: environment.id, summary });
      if (wait !== null) return wait;
    }
    const next: EnvironmentSetting = { id: environment.id, ...settings, revision: 0 };
    const change: Change = {
      writes: [
        row === null
          ? { op: 'insert', table: 'environmentSetting', row: next }
          : { op: 'update', table: 'environmentSetting', id: row.id, revision: row.revision, set: settings },
      ],
      happened: [
        {
          action: 'environment.settings-changed',
          subject: environment.id,
          facts: { reason, ...Object.fromEntries(changed.map((key) => [key, { from: before[key], to: settings[key] }])) },
        },
      ],
    };
    return context.commit(change, answered);
  },
});

export const ENVIRONMENT_COMMANDS: readonly Command[] = [show, set];
