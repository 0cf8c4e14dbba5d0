/** The audit log over the API: who did what to what, oldest first. It only ever grows. */
import type { AuditEntry } from '@glidepath/core';
import { AuditQuery, AuditView, page } from '@glidepath/protocol/http';
import { type Command, defineCommand } from '../../command.ts';
import { environmentId } from '../access/principals.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';

const list = defineCommand({
  name: 'audit.list',
  method: 'GET',
  path: '/v1/audit',
  summary: 'Lists what was done, oldest first; of one subject or environment where asked',
  auth: 'viewer',
  scope: 'control-plane',
  query: AuditQuery,
  answers: { 200: page(AuditView) },
  async run({ store, query }) {
    const { subject, environment: name } = query;
    const environment = name === undefined ? undefined : await environmentId(store, name);
    if (environment === undefined && name !== undefined) return nothingCalled('environment', name);
    const where = { ...(subject === undefined ? {} : { subject }), ...(environment === undefined ? {} : { environment }) };
    return listed(store, 'audit', where, query, (entry: AuditEntry) => entry);
  },
});

export const AUDIT_COMMANDS: readonly Command[] = [list];
