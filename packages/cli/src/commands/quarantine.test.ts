/** A quarantined license at the command line: who looks at it reads what ends it, and the command does that. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { glidepathHere } from '../cli.testkit.ts';

const LICENSE = {
  ...{ id: 'lic_1', createdAt: 1, product: 'prd_1', customer: 'cus_1', issuer: 'self', ownerTeam: null, policyName: 'acme-build' },
  ...{ policyMode: 'follow', policy: 'sha256:0', status: 'active', statusAt: 1, statusReason: null, quarantinedAt: 86_400_000 },
  ...{ state: 'active', plan: 'team', startsAt: 1, expiresAt: null, overrides: {} },
  seats: { granted: 1, overage: 0, overageOpenedAt: null },
};
let sent: { readonly path: string; readonly body: unknown }[];
let server: Server;

beforeEach(async () => {
  sent = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (request.method === 'POST') sent.push({ path, body: JSON.parse(body) });
    const answers: Record<string, unknown> = {
      '/v1/licenses/lic_1': LICENSE,
      '/v1/licenses/lic_1/release-quarantine': { ...LICENSE, quarantinedAt: null },
      '/v1/policies/sha256%3A0': { source: '' },
      '/v1/inventory/lic_1': { type: 'about:blank', title: 'Not found', status: 404, code: 'not-found', detail: 'No such license.' },
    };
    const answer = answers[path] ?? { items: [], next: null };
    const status = path === '/v1/inventory/lic_1' ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const run = (args: readonly string[]) =>
  glidepathHere([...args, '--server', `http://127.0.0.1:${(server.address() as AddressInfo).port}`], {
    HOME: '/nonexistent',
    GLIDEPATH_TOKEN: 'glt_test',
  });

it.each([['where'], ['license show']])('%s says since when, and what ends it', async (command) => {
  const { stdout, stderr } = await run([...command.split(' '), 'lic_1']);
  expect(stderr).toBe('');
  expect(stdout).toContain('1970-01-02');
  expect(stdout).toContain('glidepath license release-quarantine lic_1 --reason TEXT');
});

it('is ended with a reason', async () => {
  const { stdout } = await run(['license', 'release-quarantine', 'lic_1', '--reason', 'renewed again']);
  expect(stdout).toContain('lic_1 is out of quarantine');
  expect(sent).toEqual([{ path: '/v1/licenses/lic_1/release-quarantine', body: { reason: 'renewed again' } }]);
});
