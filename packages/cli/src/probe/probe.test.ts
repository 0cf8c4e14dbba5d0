import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONNECTORS } from '@glidepath/connectors';
import { afterAll, describe, expect, it } from 'vitest';
import { glidepath, glidepathHere } from '../cli.testkit.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-probe-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const capture = join(home, 'lmstat.txt');
const DAEMON = 'Vendor daemon status (on lic-1):\n\n     solverd: UP v11.16\nFeature usage info:\n\n';
writeFileSync(
  capture,
  `Flexible License Manager status on Mon 6/1/2026 09:00

License server status: 27000@lic-1

     lic-1: license server UP (MASTER) v11.16

${DAEMON}Users of solver:  (Total of 4 licenses issued;  Total of 3 licenses in use)

Users of viewer:  (Total of 9 licenses issued;  Total of 9 licenses in use)
`,
);
const file = (name: string, text: string) => {
  writeFileSync(join(home, name), text);
  return join(home, name);
};

const ask = (...args: readonly string[]) => glidepathHere(['probe', ...args], { SECRET: 'open' });

describe('glidepath probe > a saved output', () => {
  it('is shown with what is fullest on top', async () => {
    const { code, stdout, stderr } = await ask('flexlm', '--input', capture);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/taken 2026-06-01 09:00Z[\s\S]*up +lic-1[\s\S]*viewer .* 9 +9 +0[\s\S]*solver .* 4 +3 +1/);
  });

  it('is the whole shape as JSON, also from standard input', async () => {
    const { code, stdout } = await glidepath(['probe', 'flexlm', '--input', '-', '--json'], {
      stdin: `${DAEMON}Users of x:  (Uncounted, node-locked)\n`,
    });
    expect(code).toBe(0);
    const json = JSON.parse(stdout);
    expect(Object.keys(json)).toEqual(['takenAt', 'servers', 'features', 'unparsed', 'unparsedCount', 'notes', 'latent', 'failure']);
    expect(json).toMatchObject({ features: [{ name: 'x', issued: null }], failure: null });
  });

  it('of a server that is down is an answer', async () => {
    const down = file(
      'down.txt',
      'lmutil\nError getting status: Cannot connect to license server system. (-15,570:115 "Operation now in progress")\n',
    );
    const { code, stdout } = await ask('flexlm', '--input', down, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ servers: [{ state: 'down' }], features: [], failure: null });
  });

  it('in which nothing is recognised is a no, and still JSON', async () => {
    const { code, stdout } = await ask('flexlm', '--input', file('bad.txt', '<html>sign in</html>\n'), '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ features: [], failure: { reason: 'unreadable' } });
  });

  it('of a date counts to the end of its day in the zone of its server', async () => {
    const license = file('a.lic', 'SERVER lic-1 ANY 27000\nVENDOR solverd\nINCREMENT solver solverd 1.0 24-nov-2028 4 SIGN=0\n');
    const endsAt = async (...zone: readonly string[]) => {
      const { stdout } = await ask('flexlm', '--input', license, '--json', ...zone);
      return JSON.parse(stdout).features[0].expiresAt;
    };
    expect(await endsAt()).toBe('2028-11-24T23:59:59Z');
    expect(await endsAt('--zone', 'Europe/Berlin')).toBe('2028-11-24T22:59:59Z');
  });
});

describe('glidepath probe > a live one', () => {
  it('reads a file where it is', async () => {
    const { code, stdout } = await ask('flexlm', '--set', `file=${capture}`, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).features).toHaveLength(2);
  });

  it("runs a command that an agent's own file names, and no other", async () => {
    const agentFile = file(
      'agent.yaml',
      `apiVersion: glidepath.dev/v1\nkind: Agent\nmetadata: { name: a }\nspec: { commands: { lmstat: { argv: [/bin/cat, ${capture}], uid: ${process.getuid?.() ?? 0} } } }\n`,
    );
    const named = await ask('flexlm', '--set', 'command=lmstat', '--agent-file', agentFile, '--json');
    expect([named.code, JSON.parse(named.stdout).features.length]).toEqual([0, 2]);
    const other = await ask('flexlm', '--set', 'command=lmutil', '--agent-file', agentFile, '--json');
    expect([other.code, JSON.parse(other.stdout).failure.reason]).toEqual([1, 'command-missing']);
  });

  it.each(['http://169.254.169.254/v1/sys/license/status', 'http://127.0.0.1:1/'])('asks nothing of %s', async (url) => {
    const { code, stdout } = await ask('vault', '--set', `url=${url}`, '--json');
    expect([code, JSON.parse(stdout).failure.reason]).toEqual([1, 'refused-by-us']);
  });
});

describe('glidepath probe > refuses', () => {
  it.each([
    [['flexlmm', '--input', '-'], 'Did you mean flexlm?'],
    [['flexlm'], 'there is nothing to read'],
    [['flexlm', '--input', '/nowhere/x'], '/nowhere/x cannot be read: ENOENT'],
    [['flexlm', '--input', capture, '--set', 'file=x'], 'give one of them'],
    [['flexlm', '--input', capture, '--zone', 'Mars/Base'], 'is no time zone'],
    [['flexlm', '--input', capture, '--now', 'soon'], '--now is no point in time'],
    [['flexlm', '--set', 'fil=x'], 'Did you mean file?'],
    [['flexlm', '--set', 'file'], 'a name and a value are expected'],
    [['vault', '--set', 'url=https://a', '--egress-allow', 'intern'], 'intern is no range of addresses'],
    [['jwt', '--input', capture, '--open-with', 'open-sesame'], 'expected: env:NAME'],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await ask(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('sesame');
  });
});

describe('glidepath probe > without a kind', () => {
  it('lists every kind with its settings', async () => {
    const { stdout } = await ask();
    for (const { kind, settings } of CONNECTORS) {
      expect(stdout).toContain(kind);
      for (const { name } of settings) expect(stdout).toContain(name);
    }
    expect(CONNECTORS.map(({ kind }) => kind)).toEqual([...new Set(CONNECTORS.map(({ kind }) => kind))]);
  });
});
