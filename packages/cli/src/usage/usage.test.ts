import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glidepathHere, policyText } from '../cli.testkit.ts';
import { EXIT } from '../exit-codes.ts';
import { startControlPlane, type TestControlPlane } from '../inventory/test-control-plane.ts';
import { cellWidth } from '../terminal/table.ts';

/** What a terminal acts on: it renames the window, turns the line around, and moves up. */
const HOSTILE = '\x1b]0;owned\x07\u202e\x1b[1A';
const ACTED_ON = /[\p{Cf}\p{Co}]|(?!\n)\p{Cc}/u;
const METERS = `  meters:
    minutes: { unit: 分, aggregate: sum, window: month, timeZone: UTC, anchor: calendar }
    people-who-signed-in: { unit: person, aggregate: unique, window: day, timeZone: UTC, anchor: calendar }
  tiers:
`;

let plane: TestControlPlane;
let license: string;

beforeEach(async () => {
  plane = await startControlPlane();
  const change = (text: string) => text.replace('  tiers:\n', METERS).replace('seats:', 'quotas: { minutes: { limit: 1000 } }, seats:');
  const published = await plane.house.call('POST', '/v1/policies', policyText(change));
  expect([published.status, published.body]).toEqual([201, published.body]);
  const names = { product: 'tool', customer: 'Acme', policy: 'small', expiresAt: null, create: true };
  const issued = await plane.house.call('POST', '/v1/licenses', names);
  expect([issued.status, issued.body]).toEqual([201, issued.body]);
  license = (issued.body.license as { id: string }).id;
});
afterEach(() => plane.stop());

/** The control plane stands in January; a command that says no time would say today's. */
const run = (...[verb = '', ...args]: readonly string[]) => {
  const at = verb === 'report' && !args.includes('--at') ? ['--at', '2026-01-05T09:00Z'] : [];
  return glidepathHere(['usage', verb, ...at, ...args], plane.env);
};

describe('glidepath usage', () => {
  it('shows balances in columns, whatever a unit says', async () => {
    await run('report', license, 'minutes', '12.5');
    await run('report', license, 'people-who-signed-in', '--value', HOSTILE);
    const { code, stdout, stderr } = await run('balance', license);
    expect([code, stderr]).toEqual([EXIT.ok, '']);
    const [heads = '', minutes = '', people = ''] = stdout.split('\n');
    expect(heads).toMatch(/^METER +USED +SET ASIDE +LIMIT +REMAINS +UNIT +RESETS +AS OF$/);
    expect(minutes).toMatch(/^minutes +12\.5 +0 +1000 +987\.5 +分/);
    expect(people).toMatch(/^people-who-signed-in +1 +0 +none +– +person/);
    const ends = [heads.indexOf('USED') + 4, minutes.indexOf('12.5') + 4, people.indexOf(' 1 ') + 2];
    expect(new Set(ends).size).toBe(1);
    const dates = [minutes, people].map((line) => cellWidth(line.slice(0, line.search(/\d{4}-\d\d-\d\d/))));
    expect(new Set([cellWidth(heads.slice(0, heads.indexOf('RESETS'))), ...dates]).size).toBe(1);
  });

  it('shows nothing that a terminal acts on, whoever answers', async () => {
    const item = { meter: HOSTILE, unit: HOSTILE, used: HOSTILE, reserved: 0, limit: null, remaining: null, asOf: 0, resetsAt: 0 };
    const liar = createServer(
      (_request, response) => void response.end(JSON.stringify({ items: [item], ...item, id: HOSTILE, amount: HOSTILE })),
    );
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    const env = { ...plane.env, GLIDEPATH_SERVER: `http://127.0.0.1:${(liar.address() as AddressInfo).port}` };
    for (const args of [
      ['balance', license],
      ['balance', license, '--json'],
      ['reserve', license, 'm', '1'],
      ['commit', 'rsv_1'],
      ['release', 'rsv_1'],
    ]) {
      const { stdout, stderr } = await glidepathHere(['usage', ...args], env);
      expect(stdout + stderr).toContain('owned');
      expect(stdout + stderr).not.toMatch(ACTED_ON);
    }
    liar.closeAllConnections();
    liar.close();
  });

  it('says whether an event is new, and by which name it goes', async () => {
    const told = await run('report', license, 'minutes', '3', '--id', HOSTILE);
    expect([told.code, told.stderr]).toEqual([EXIT.ok, '']);
    expect(told.stdout).toMatch(/^minutes: counted, as \\x1b\]0;owned/);
    expect(told.stdout).not.toMatch(ACTED_ON);
    expect((await run('report', license, 'minutes', '3', '--id', HOSTILE)).stdout).toMatch(/^minutes: counted before/);
    const { items } = JSON.parse((await run('balance', license, '--json')).stdout) as { items: readonly { used: number }[] };
    expect(items[0]?.used).toBe(3);
  });

  it('sets aside, spends and gives back, and names the command that comes next', async () => {
    const made = await run('reserve', license, 'minutes', '100', '--for', '10m');
    const id = /rsv_[0-9a-f-]+/.exec(made.stdout)?.[0] ?? '';
    expect(made.stdout).toContain(`next: glidepath usage commit ${id}`);
    expect((await run('balance', license)).stdout).toMatch(/^minutes +0 +100 +1000 +900 /m);
    expect((await run('commit', id, '40')).stdout).toBe('minutes: 40 counted.\n');
    expect((await run('commit', id, '40')).stdout).toBe('minutes: counted before.\n');
    const other = /rsv_[0-9a-f-]+/.exec((await run('reserve', license, 'minutes', '960')).stdout)?.[0] ?? '';
    expect((await run('balance', license)).stdout).toMatch(/^minutes +40 +960 +1000 +0 /m);
    expect((await run('release', other)).stdout).toBe('960 of minutes given back.\n');
    expect((await run('balance', license)).stdout).toMatch(/^minutes +40 +0 +1000 +960 /m);
  });

  it.each<[readonly string[], number, RegExp]>([
    [['report', 'LICENSE', 'minuets', '1'], EXIT.usage, /did you mean minutes\?/],
    [['report', 'LICENSE', HOSTILE, '1'], EXIT.usage, /expected the name of a meter: one of minutes, people-who-signed-in/],
    [['report', 'LICENSE', 'minutes'], EXIT.usage, /name an amount, or --value/],
    [['report', 'LICENSE', 'minutes', '1', '--value', 'x'], EXIT.usage, /name an amount, or --value/],
    [['report', 'LICENSE', 'minutes', 'many'], EXIT.usage, /many is no amount\.\n {2}expected: a number such as 12\.5/],
    [['report', 'LICENSE', 'minutes', '--', '-1'], EXIT.usage, /found -1, expected a number from 0 to/],
    [['report', 'LICENSE', 'minutes', '0.1234567'], EXIT.usage, /at most six decimals/],
    [['report', 'LICENSE', 'minutes', '--value', 'ann'], EXIT.usage, /minutes is the sum of amounts/],
    [['report', 'LICENSE', 'people-who-signed-in', '1'], EXIT.usage, /counts different values, so \{"value": TEXT\}/],
    [['report', 'LICENSE', 'minutes', '1', '--at', 'yesterday'], EXIT.usage, /--at is no point in time: yesterday/],
    [['report', 'LICENSE', 'minutes', '1', '--at', '9999-01-01'], EXIT.usage, /expected .* or before/],
    [['report', 'lic_none', 'minutes', '1'], EXIT.refused, /There is no license "lic_none" here/],
    [['balance', HOSTILE], EXIT.refused, /There is no license ".*owned/],
    [
      ['reserve', 'LICENSE', 'minutes', '1000.000001'],
      EXIT.refused,
      /1000 is the limit, 0 used and 0 set aside; 1000\.000001 more is too much/,
    ],
    [['reserve', 'LICENSE', 'minutes', '1', '--for', '25h'], EXIT.usage, /expected a duration from 1s to 24h/],
    [['reserve', 'LICENSE', 'people-who-signed-in', '1'], EXIT.usage, /expected/],
    [['commit', '../../licenses'], EXIT.refused, /There is no reservation/],
    [['release', HOSTILE], EXIT.refused, /There is no reservation ".*owned/],
  ])('%j is told what is wrong and what is expected', async (args, code, words) => {
    const told = await run(...args.map((word) => (word === 'LICENSE' ? license : word)));
    expect([told.code, told.stdout]).toEqual([code, '']);
    expect(told.stderr).toMatch(words);
    expect(told.stderr).not.toMatch(ACTED_ON);
  });
});
