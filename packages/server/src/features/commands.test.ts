import type { Role } from '@glidepath/core';
import { openapi } from '@glidepath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../test-world.ts';
import { COMMANDS } from './index.ts';
import { MAY } from './test-access.ts';
import { issueTestLicense, policySource, type TestLicense } from './test-license.ts';

/** An agent has a token without roles: what it may call is what is for agents, and what is for anybody. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'approver', 'issuer', 'admin'];

async function agentToken(server: TestServer): Promise<string> {
  const { body } = await server.call('POST', '/v1/agents', { name: `agent ${server.world.entropy.bytes(4).join('-')}` });
  return String(body.token);
}

interface Situation extends TestServer {
  readonly license: TestLicense;
  readonly digest: string;
  /** A path with its parameters filled in. */
  path(template: string): string;
}

async function situation(): Promise<Situation> {
  const server = await testServer({ jobs: [] });
  const license = await issueTestLicense(server);
  const { body } = await server.call('GET', '/v1/policies/acme-build');
  const params: Record<string, string> = {
    license: license.id,
    name: 'acme-build',
    digest: String(body.digest),
    number: '1',
    customer: 'Initech',
    product: 'acme',
  };
  const path = (template: string) =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(name === 'id' ? license.id : (params[name] ?? 'nothing')));
  return { ...server, license, digest: String(body.digest), path };
}

function heldDocument() {
  const spec = {
    product: 'MATLAB',
    vendor: 'MathWorks',
    contract: { expires: '2027-03-31' },
    owners: { team: 'eda', people: ['ana@example.com'] },
  };
  return { apiVersion: 'glidepath.dev/v1', kind: 'HeldLicense', metadata: { name: 'matlab' }, spec };
}

/** A body that each mutating command takes, as a start for wrong ones. */
function bodyOf(name: string, { license, digest, world }: Situation): unknown {
  const day = 86_400_000;
  const later = world.clock.now() + 10 * day;
  const reason = { reason: 'because' };
  const step = { to: 'shadow', seen: digest, ...reason };
  const proof = { proof: 'a.b.c', fingerprint: { disk: 'x' }, client: 'test/1' };
  const bodies: Record<string, unknown> = {
    'agent.create': { name: 'lab-1' },
    'agent.report': { version: '0.1.0', dropped: 0, reports: [] },
    'approval.approve': reason,
    'approval.refuse': reason,
    'channel.create': { name: 'oncall', kind: 'webhook', url: 'https://example.com/x', least: 'warning', teams: [] },
    check: { feature: 'build', features: ['cache'], license: license.id },
    'check.batch': { items: [{ feature: 'build', license: license.id }] },
    'customer.create': { name: 'Umbrella' },
    'environment.set-settings': { promotion: 'direct', ...reason },
    'grant.issue': { license: license.id, tier: 'full', seats: 2, until: later, purpose: 'break-glass' },
    'inventory.apply': { documents: [heldDocument()], dryRun: false, prune: false, addresses: {} },
    'key.certify': { certificate: 'a.b.c' },
    'key.compromised': reason,
    'key.rotate': { use: 'sign' },
    'lease.acquire': proof,
    'lease.batch': { items: [{ op: 'acquire', ...proof }] },
    'lease.release': proof,
    'lease.renew': proof,
    'usage.commit': { amount: 1 },
    'usage.reserve': { meter: 'build-minutes', amount: 1, requestId: 'a', expiresIn: '15m', license: license.id },
    'license.create-key': { expiresAt: later, reason: 'rotation' },
    'license.issue': {
      product: 'acme',
      customer: 'Initech',
      policy: 'acme-build',
      plan: 'team',
      create: true,
      expiresAt: later,
      overrides: { seats: 9, quotas: { 'build-minutes': 5 } },
    },
    'license.readmit-holder': { holder: 'x', ...reason },
    'license.reinstate': reason,
    'license.release-holder': { holder: 'x', ...reason },
    'license.release-quarantine': reason,
    'license.remove-holder': { holder: 'x', ...reason },
    'license.renew': { term: '1y' },
    'license.revoke': { ...reason, effectiveAt: world.clock.now() },
    'license.suspend': { ...reason, effectiveAt: later },
    'license.terms': { plan: 'solo', overrides: {}, effectiveFrom: later },
    'owner.confirm': { principal: 'ana' },
    'policy.difference': { name: 'acme-build', candidate: digest },
    'policy-rollout.begin': { name: 'acme-build', candidate: digest, ...step },
    'policy-rollout.promote': step,
    'policy-rollout.retry': reason,
    'policy.promote': { digest },
    'policy.roll-back': reason,
    'policy.set-breaker': { mode: 'metrics-only', ...reason },
    'policy.publish': policySource((text) => text.replace('jobs: 64', 'jobs: 65')),
    'principal.create': { kind: 'service', name: 'ci', email: 'ci@example.com' },
    'product.create': { name: 'widget', title: 'Widget' },
    'role-grant.create': { principal: 'ci', role: 'viewer', environment: 'production' },
    'sign-in.use': { code: 'gls_0123' },
    'team.add-member': { principal: 'ana' },
    'team.create': { name: 'build', members: [] },
    'token.create': { name: 'mine', roles: ['viewer'], environment: 'production', expiresAt: later },
  };
  return bodies[name];
}

const HOSTILE = [
  '\u0000',
  '../../etc/passwd',
  '%',
  '💣',
  '\u202eevil',
  "'; drop table license; --",
  '{{7*7}}',
  '<script>',
  '\u001b[2J',
  'a'.repeat(3_000),
  '__proto__',
  'constructor',
  '-1',
  'NaN',
  ' ',
];

const BODILESS = [
  // Any text is read: what is in it is answered event by event.
  'usage.report',
  'usage.release',
  'channel.remove',
  'channel.test',
  'delivery.retry',
  'license.revoke-key',
  'notice.acknowledge',
  'principal.disable',
  'role-grant.withdraw',
  'root.exported',
  'sign-in.create',
  'team.remove-member',
  'token.revoke',
];
const MUTATING = COMMANDS.filter(({ method }) => method !== 'GET');

describe('all commands', () => {
  it('are in the table of access, and it in them', () => {
    expect(COMMANDS.map(({ name }) => name).sort()).toEqual(Object.keys(MAY).sort());
  });

  it('have names, and methods and paths, of their own', () => {
    expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
    expect(new Set(COMMANDS.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`)).size).toBe(COMMANDS.length);
  });

  it('make an OpenAPI document that names each of them', () => {
    const { paths } = openapi(COMMANDS, { version: '1' }) as { paths: Record<string, Record<string, { operationId: string }>> };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(operations.sort()).toEqual(COMMANDS.map(({ name }) => name).sort());
  });

  it('close their bodies and queries to unknown keys', () => {
    const open = COMMANDS.flatMap(({ name, body, query, reads }) =>
      [reads === 'text' ? undefined : body, query].some(
        (schema) => schema !== undefined && (schema as { additionalProperties?: unknown }).additionalProperties !== false,
      )
        ? [name]
        : [],
    );
    expect(open).toEqual([]);
  });
});

describe('access', () => {
  it('of each role to each command is as the table says', async () => {
    const server = await situation();
    const callers = new Map<string, string>([
      ['nobody', ''],
      ['key', server.license.key],
    ]);
    callers.set('agent', await agentToken(server));
    for (const role of ROLES) callers.set(role, await server.tokenFor([role]));
    const found: Record<string, string> = {};
    for (const { name, method, path } of COMMANDS) {
      const admitted: string[] = [];
      for (const [caller, token] of callers) {
        // Roles are judged before the body: an empty one never changes anything.
        const { code, status } = await server.call(method, server.path(path), method === 'GET' ? undefined : '!', { token });
        const isIn = status !== 401 && code !== 'forbidden';
        if (isIn || (name === 'sign-in.use' && code !== 'unauthenticated')) admitted.push(caller);
      }
      found[name] = admitted.length === callers.size ? 'anyone' : admitted.join(' ');
    }
    expect(found).toEqual(MAY);
  });

  it.each([
    ['whose principal has its roles there only', true],
    ['whose principal has its roles everywhere', false],
  ])('of a token to one environment gives nothing in the control plane itself, %s', async (_whose, isGrantBound) => {
    const server = await situation();
    const [production] = await server.world.store.find('environment', {}, { limit: 1 });
    const token = await server.tokenFor(['admin'], production?.id ?? null, isGrantBound ? undefined : null);
    for (const { name, method, path, scope, auth } of COMMANDS) {
      if (auth === 'none' || auth === 'license-key' || auth === 'agent') continue;
      const { status } = await server.call(method, server.path(path), method === 'GET' ? undefined : '!', { token });
      expect([name, status === 403]).toEqual([name, scope === 'control-plane']);
    }
  });
});

describe('bad input', () => {
  it('starts from an example for every command that reads a body', async () => {
    const server = await situation();
    expect(
      MUTATING.filter(({ name }) => bodyOf(name, server) === undefined)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...BODILESS].sort());
  });

  const wrongValue = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.string({ unit: 'binary', maxLength: 9 }),
    fc.constantFrom(...HOSTILE),
    fc.double(),
    fc.integer(),
  );
  /** A body with one thing other than in the example: a value, a key left out, or a key too many, at any depth. */
  const wrongBody = (body: unknown) =>
    fc
      .tuple(fc.nat(), fc.constantFrom('replace', 'replace', 'remove', 'add'), wrongValue, fc.string({ unit: 'grapheme', maxLength: 12 }))
      .map(([at, how, value, key]) => mutated(body, at, how, value, key));

  it.each(MUTATING.filter(({ name }) => !BODILESS.includes(name)).map((command) => [command.name, command] as const))(
    'to %s is a problem with its place, never a fault, and writes nothing',
    async (name, { method, path, reads }) => {
      const server = await situation();
      const url = server.path(path);
      const start = bodyOf(name, server);
      await fc.assert(
        fc.asyncProperty(wrongBody(start), async (body) => {
          const before = JSON.stringify(server.world.store.snapshot());
          const response = await server.call(
            method,
            url,
            reads === 'text' && typeof body !== 'string' ? JSON.stringify(body) : JSON.stringify(body),
          );
          expect(response.status).toBeLessThan(500);
          if (response.status < 400) return;
          expect(response).toMatchObject({
            contentType: 'application/problem+json',
            body: { status: response.status, code: response.code },
          });
          if (response.code === 'bad-input') expect((response.body.errors as unknown[]).length).toBeGreaterThan(0);
          expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
        }),
        { numRuns: 60, seed: 7 },
      );
    },
  );

  it('in parameters and queries is never a fault, and no answer carries what a terminal acts on', async () => {
    const server = await situation();
    for (const { name, method, path, query } of COMMANDS) {
      for (const text of HOSTILE) {
        const url = path.replace(/\{\w+\}/g, encodeURIComponent(text));
        const keys = Object.keys((query as { properties?: object } | undefined)?.properties ?? {});
        const response = await server.call(method, url, bodyOf(name, server), {
          query: Object.fromEntries([...keys, text].map((key) => [key, text])),
        });
        expect([name, text.slice(0, 20), response.status < 500 || response.code === 'not-ready']).toEqual([name, text.slice(0, 20), true]);
        const { detail, errors } = response.body as { detail?: string; errors?: readonly { path: string; found: string }[] };
        const texts = [detail ?? '', ...(errors ?? []).flatMap((error) => [error.path, error.found])];
        expect(texts.filter((each) => /[\p{Cc}\p{Cf}]/u.test(each))).toEqual([]);
      }
    }
  });
});

describe('mutating commands', () => {
  it('leave an audit entry for whatever they change', async () => {
    for (const { name, method, path, audited } of MUTATING) {
      if (audited === false) continue;
      const server = await situation();
      const count = await server.world.store.count('audit', {});
      const before = JSON.stringify(server.world.store.snapshot());
      await server.call(method, server.path(path), bodyOf(name, server));
      const isChanged = JSON.stringify(server.world.store.snapshot()) !== before;
      expect([name, (await server.world.store.count('audit', {})) > count]).toEqual([name, isChanged]);
    }
  });

  it('keep no secret that they show in the clear', async () => {
    const secrets: string[] = [];
    for (const { name, method, path, secretAnswer } of MUTATING) {
      const server = await situation();
      const { body } = await server.call(method, server.path(path), bodyOf(name, server), { headers: { 'idempotency-key': 'k' } });
      const shown = Object.entries(body).filter(([key]) => ['key', 'token', 'seed', 'code'].includes(key) && body.status === undefined);
      for (const [, secret] of shown) {
        secrets.push(name);
        expect(JSON.stringify(server.world.store.snapshot())).not.toContain(String(secret));
        expect([name, secretAnswer]).toEqual([name, true]);
      }
    }
    expect(secrets.sort()).toEqual(['agent.create', 'grant.issue', 'license.create-key', 'license.issue', 'token.create']);
  });
});

type Json = Record<string, unknown> | readonly unknown[];

function mutated(body: unknown, at: number, how: string, value: unknown, key: string): unknown {
  const places: [Json, string][] = [];
  const visit = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, child] of Object.entries(node)) {
      places.push([node as Json, name]);
      visit(child);
    }
  };
  const copy = structuredClone(body);
  visit(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  const [node, name] = place as [Record<string, unknown>, string];
  if (how === 'replace') node[name] = value;
  else if (how === 'remove') delete node[name];
  else node[key] = value;
  return copy;
}
