import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glidepathHere } from '../cli.testkit.ts';

const DAY = 86_400_000;
const HOSTILE = 'evil\u001b]0;title\u0007\u202e\n=cmd() <!channel>';

/** A control plane that gives what the test lays out, and keeps what it was sent. */
let answers: Record<string, unknown>;
let sent: { readonly method: string; readonly path: string; readonly body: unknown }[];
let server: Server;
let address: string;

beforeEach(async () => {
  answers = {};
  sent = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (request.method !== 'GET') sent.push({ method: request.method ?? '', path, body: JSON.parse(body || 'null') });
    const answer = answers[path] ?? { items: [], next: null };
    const isNo = typeof answer === 'object' && 'code' in answer;
    response.writeHead(isNo ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  glidepathHere([...args, '--server', address], { HOME: '/nonexistent', GLIDEPATH_TOKEN: 'glt_test', ...env });

function runway(name: string, days: number | null, more: object = {}) {
  const endsAt = days === null ? null : Date.now() + days * DAY;
  return {
    ...{ id: `lic_${name}`, name, product: 'P', vendor: 'V', state: days === null ? 'open' : 'dated', endsAt, cause: 'end', evidence: '' },
    ...{ runwayMs: days === null ? null : days * DAY, owners: { team: 'eda', people: [{ name: 'ana', email: null }] } },
    ...more,
  };
}
const CHANNEL = { id: 'chn_1', name: 'oncall', kind: 'slack', host: 'h', least: 'info', teams: [], waiting: 0, dead: 0 };

function unsafe(text: string): readonly string[] {
  return Array.from(text).filter((character) => character !== '\n' && /[\p{Cc}\p{Cf}]/u.test(character));
}

describe('glidepath status', () => {
  it('is calm when all is well', async () => {
    answers['/v1/runways'] = { items: [runway('a', 200), runway('b', null)] };
    answers['/v1/channels'] = { items: [CHANNEL], next: null };
    const { code, stdout } = await run(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^All is well: the next to end is a, in 1\d\d days/);
  });

  it('says what to do first where nothing is watched', async () => {
    answers['/v1/runways'] = { items: [runway('disk', null, { id: 'glidepath/disk' })] };
    const { stdout } = await run(['status']);
    expect(stdout).toMatch(/^No licence is watched yet\./);
    expect(stdout).toContain('next: glidepath discover --save');
  });

  it('is not calm while nobody is told', async () => {
    answers['/v1/runways'] = { items: [runway('a', 200)] };
    const { stdout } = await run(['status']);
    expect(stdout).not.toContain('All is well');
    expect(stdout).toContain('next: glidepath channel add');
  });

  it('shows what stops, what is open, who is blind and what does not arrive, on one screen', async () => {
    const now = Date.now();
    const notice = { id: 'ntc_1', condition: 'LicenseRunwayShort', severity: 'critical', subject: 'lic_a', message: 'm', resolvedAt: null };
    const facts = { name: 'a', next: 'glidepath where a' };
    answers['/v1/runways'] = {
      items: [
        runway('late', -2),
        runway('now', 0, { state: 'latent' }),
        ...Array.from({ length: 50 }, (_, at) => runway(`x${at}`, 10 + at)),
      ],
    };
    answers['/v1/notices'] = { items: [{ ...notice, facts, openedAt: now - DAY, toldAt: now, acknowledgedAt: null }], next: null };
    const reading = { agent: 'lab-1', failure: 'timeout', message: 'm', okAt: now - DAY, features: 1, unparsed: 0 };
    answers['/v1/probes'] = {
      items: [{ id: 'prb', name: 'flexlm-lab', kind: 'flexlm', everyMs: 60_000, appliedAt: 0, readings: [reading], servers: [] }],
      next: null,
    };
    answers['/v1/agents'] = {
      items: [{ id: 'a', name: 'lab-2', createdAt: 0, disabledAt: null, seenAt: now - DAY, dropped: 0 }],
      next: null,
    };
    answers['/v1/channels'] = { items: [CHANNEL, { ...CHANNEL, name: 'hooks', dead: 2 }], next: null };
    const dead = {
      id: 'd',
      createdAt: now,
      channel: 'hooks',
      notices: ['n'],
      state: 'dead',
      attempts: 1,
      nextAt: 0,
      lastError: 'status 500',
    };
    answers['/v1/deliveries'] = { items: [dead], next: null };
    const { stdout } = await run(['status']);
    const lines = stdout.split('\n');
    expect(lines.length).toBeLessThan(40);
    expect(lines[2]).toMatch(/ended 2 days ago.*late/);
    expect(lines[3]).toMatch(/none: latent.*now/);
    for (const words of [
      'and 40 that end later',
      '1 critical',
      'License ends soon: a',
      'probe flexlm-lab saw last 1 day ago: timeout on lab-1',
    ]) {
      expect(stdout).toContain(words);
    }
    for (const words of ['agent lab-2 called last 1 day ago', 'hooks has 2 given up: status 500', 'next: glidepath channel test hooks']) {
      expect(stdout).toContain(words);
    }
  });

  it('shows hostile names without obeying them', async () => {
    answers['/v1/runways'] = { items: [runway(HOSTILE, 3, { product: HOSTILE, vendor: HOSTILE, owners: { team: HOSTILE, people: [] } })] };
    const notice = { id: 'n', condition: HOSTILE, severity: 'critical', subject: HOSTILE, message: HOSTILE, openedAt: 0, toldAt: 0 };
    answers['/v1/notices'] = {
      items: [{ ...notice, facts: { name: HOSTILE, next: HOSTILE }, acknowledgedAt: null, resolvedAt: null }],
      next: null,
    };
    answers['/v1/channels'] = { items: [{ ...CHANNEL, name: HOSTILE, host: HOSTILE }], next: null };
    for (const args of [['status'], ['notice', 'list'], ['channel', 'list']]) {
      const { stdout, stderr } = await run(args);
      expect(unsafe(stdout + stderr)).toEqual([]);
      expect(stdout).toContain('=cmd()');
    }
  });
});

describe('glidepath channel add', () => {
  const made = { ...CHANNEL, kind: 'webhook', secret: 'whsec_shown' };

  it('takes the address from the environment, and shows the secret once', async () => {
    answers['/v1/channels'] = made;
    const { code, stdout } = await run(['channel', 'add', 'oncall', '--kind', 'webhook', '--url', 'env:HOOK'], { HOOK: 'https://h/x ' });
    expect(code).toBe(0);
    expect(stdout).toContain('whsec_shown');
    expect(sent).toMatchObject([{ path: '/v1/channels', body: { name: 'oncall', url: 'https://h/x', least: 'info' } }]);
  });

  it.each([
    ['an address in the clear', ['--url', 'https://hooks.example.com/secret']],
    ['a secret in the clear', ['--url', 'env:HOOK', '--secret', 'whsec_abc']],
    ['a variable that is not set', ['--url', 'env:NOTHING']],
    ['a file that is not there', ['--url', 'file:/nonexistent/x']],
    ['nothing typed', []],
  ])('refuses %s, and does not repeat it', async (_what, args) => {
    const { code, stderr } = await run(['channel', 'add', 'oncall', '--kind', 'webhook', ...args], { HOOK: 'https://h/x' });
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/hooks\.example|whsec_abc/);
    expect(sent).toEqual([]);
  });
});

describe('glidepath channel test', () => {
  it.each([
    ['sent', null, 0],
    ['dead', 'status 500', 1],
  ])('waits for a message that is %s in the end', async (state, lastError, code) => {
    answers['/v1/channels/oncall/test'] = { id: 'dlv_1', state: 'waiting', notices: [] };
    answers['/v1/deliveries/dlv_1'] = { id: 'dlv_1', state, lastError, notices: [] };
    const ran = await run(['channel', 'test', 'oncall']);
    expect(ran.code).toBe(code);
    expect(ran.stdout + ran.stderr).toContain(lastError ?? 'arrived');
  });
});

describe('glidepath owner', () => {
  const standing = { team: 'tea_1', teamName: 'eda', state: 'one', reachable: 1 };
  const member = { principal: 'p', name: HOSTILE, email: HOSTILE, lack: 'silent', confirmedAt: 0, confirmedUntil: 1, isAsked: true };

  it('lists who counts, and says why another does not', async () => {
    answers['/v1/teams'] = { items: [{ id: 'tea_1', name: 'eda' }], next: null };
    answers['/v1/teams/tea_1/owners'] = { ...standing, members: [member] };
    const { stdout } = await run(['owner', 'list']);
    expect(stdout).toContain('eda: too few, 1 of 1 can be reached');
    expect(stdout).toContain('silent since');
    expect(unsafe(stdout)).toEqual([]);
  });

  it('makes team and person where there is none', async () => {
    answers['/v1/teams/eda/members'] = { ...standing, members: [] };
    await run(['owner', 'add', 'eda', 'ana@example.com']);
    expect(sent.map(({ path }) => path)).toEqual(['/v1/teams', '/v1/principals', '/v1/teams/eda/members']);
    expect(await run(['owner', 'add', 'eda', 'ana'])).toMatchObject({ code: 2 });
  });
});

describe('glidepath where', () => {
  const held = {
    ...{ license: 'lic_1', name: 'matlab-campus', product: HOSTILE, vendor: HOSTILE, custody: 'file:/etc/x.lic', foundIn: null },
    contract: {
      ...{ id: '4711', expiresAt: Date.now() + 12.5 * DAY, noticeDeadlineAt: null, terminatesAt: null, autoRenew: 'no' },
      ...{ cost: { amount: 12, currency: 'EUR', per: 'year' }, graceMs: null },
    },
    ...{ leadTime: [{ name: 'vendor', ms: 14 * DAY }], owners: { team: 'eda', people: [] }, runsOn: [HOSTILE], dependents: ['build-farm'] },
    watches: [
      {
        ...{ probe: 'flexlm-lab', feature: HOSTILE },
        observed: [{ agent: 'lab-1', failure: 'timeout', message: HOSTILE, okAt: Date.now() - 3 * 3_600_000, unparsed: 2, features: [] }],
      },
    ],
    runway: { state: 'dated', endsAt: 1, evidence: HOSTILE },
  };
  const owners = { team: 'tea_1', teamName: 'eda', state: 'none', reachable: 0, members: [] };

  it('answers for what others issue', async () => {
    answers['/v1/inventory/matlab-campus'] = held;
    answers['/v1/teams/eda/owners'] = owners;
    const { code, stdout } = await run(['where', 'matlab-campus']);
    expect(code).toBe(0);
    for (const words of [
      '4711',
      'in 12 days',
      'vendor 14 days',
      'file:/etc/x.lic',
      'build-farm',
      'probe flexlm-lab',
      'lab-1 saw it 3 hours ago',
    ]) {
      expect(stdout).toContain(words);
    }
    for (const words of ['timeout', '2 lines not understood', 'nobody can be reached', 'next', 'glidepath owner add eda'])
      expect(stdout).toContain(words);
    expect(unsafe(stdout)).toEqual([]);
  });

  it('answers by product for what others issue and for what we sign, and by the name that notices use', async () => {
    const license = { id: 'lic_9', product: 'prd_1', customer: 'cus_1', issuer: 'self', ownerTeam: null, state: 'active', expiresAt: null };
    answers['/v1/inventory/MATLAB'] = { code: 'not-found', status: 404, detail: 'no', title: 'no', retryable: false };
    answers['/v1/inventory/MATLAB%20for%20Initech'] = { code: 'bad-input', status: 400, detail: 'no', title: 'no', retryable: false };
    answers['/v1/inventory'] = { items: [{ ...held, product: 'MATLAB' }], next: null };
    answers['/v1/teams/eda/owners'] = owners;
    answers['/v1/products'] = { items: [{ id: 'prd_1', name: 'MATLAB' }], next: null };
    answers['/v1/customers'] = { items: [{ id: 'cus_1', name: 'Initech' }], next: null };
    answers['/v1/licenses'] = {
      items: [
        { ...license, policy: 'sha256:x' },
        { ...license, id: 'lic_1', issuer: 'flexlm' },
      ],
      next: null,
    };
    answers['/v1/licenses/lic_9/keys'] = { items: [] };
    answers['/v1/policies/sha256%3Ax'] = { source: '' };
    const { stdout } = await run(['where', 'MATLAB']);
    expect(stdout).toContain('matlab-campus (lic_1)');
    expect(stdout).toContain('MATLAB for Initech, active');
    const { code, stdout: named } = await run(['where', 'MATLAB for Initech']);
    expect(code).toBe(0);
    expect(named).toContain('lic_9');
    expect(named).not.toContain('matlab-campus');
  });

  it('answers for a probe, which notices name', async () => {
    answers['/v1/inventory/flexlm-lab'] = { code: 'not-found', status: 404, detail: 'no', title: 'no', retryable: false };
    const reading = { agent: HOSTILE, failure: 'timeout', message: HOSTILE, okAt: null, features: 0, unparsed: 0 };
    answers['/v1/probes'] = {
      items: [{ id: 'prb_1', name: 'flexlm-lab', kind: 'flexlm', everyMs: 3_600_000, appliedAt: 0, readings: [reading], servers: [] }],
      next: null,
    };
    const { stdout } = await run(['where', 'flexlm-lab']);
    expect(stdout).toMatch(/flexlm, every 1 hour/);
    expect(stdout).toContain('never saw anything');
    expect(unsafe(stdout)).toEqual([]);
  });
});
