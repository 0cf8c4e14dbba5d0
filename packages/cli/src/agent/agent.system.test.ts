import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-agent-'));
const env = { PATH: process.env.PATH ?? '', HOME: home };
const at = (name: string) => join(home, name);
const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) await ended(child);
  rmSync(home, { recursive: true, force: true });
});

function started(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function ended(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

async function up(port: string): Promise<{ child: ChildProcess; ready: ReadyMessage }> {
  const child = started('up', '--data', at('data'), '--port', port);
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
  });
  return { child, ready };
}

const ask = (...args: readonly string[]): Promise<CliRun> => glidepath(args, { env });

async function get<T>(address: string, path: string): Promise<T> {
  const { current, tokens } = JSON.parse(readFileSync(at('.config/glidepath/credentials.json'), 'utf8'));
  return (await (await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${tokens[current]}` } })).json()) as T;
}

interface Held {
  readonly items: readonly {
    readonly name: string;
    readonly watches: readonly { readonly observed: readonly Observed[] }[];
  }[];
}
interface Observed {
  readonly agent: string;
  readonly okAt: number | null;
  readonly failure: string | null;
  readonly features: readonly { readonly issued: number | null; readonly used: number | null }[];
}

async function observed(address: string, name: string): Promise<Observed | undefined> {
  const { items } = await get<Held>(address, '/v1/inventory');
  return items.find((item) => item.name === name)?.watches[0]?.observed[0];
}

/** What a licence server of ours would say; the vendor's words, our numbers. */
function capture(issued: number): string {
  return [
    'lmutil - Copyright (c) 1989-2020 Flexera. All Rights Reserved.',
    'Flexible License Manager status on Mon 6/1/2026 09:00',
    '',
    'License server status: 27000@lic-1',
    '    License file(s) on lic-1: /opt/flexlm/license.dat:',
    '',
    '     lic-1: license server UP (MASTER) v11.16',
    '',
    'Vendor daemon status (on lic-1):',
    '',
    '     solverd: UP v11.16',
    'Feature usage info:',
    '',
    `Users of solver:  (Total of ${issued} licenses issued;  Total of 3 licenses in use)`,
    '',
  ].join('\n');
}

const inventory = (name: string, agents: string) => `apiVersion: glidepath.dev/v1
kind: Probe
metadata: { name: ${name}-probe }
spec: { kind: flexlm, every: 1h, agents: [${agents}], settings: { file: ${at(`captures/${name}.txt`)} } }
---
apiVersion: glidepath.dev/v1
kind: HeldLicense
metadata: { name: ${name} }
spec:
  product: Solver ${name}
  vendor: Example
  owners: { team: eda, people: [ana@example.com, bo@example.com] }
  watch: [ { probe: ${name}-probe, feature: solver } ]
`;

const agentArgs = ['agent', '--config', at('agent.yaml'), '--token-file', at('token'), '--state', at('state')];

describe('a control plane with its agents', () => {
  it('sees through both, loses nothing while it is away, and lets an agent read no more than its file allows', async () => {
    mkdirSync(at('data/inventory'), { recursive: true });
    mkdirSync(at('captures'));
    for (const name of ['here', 'there']) writeFileSync(at(`captures/${name}.txt`), capture(10));
    writeFileSync(at('data/inventory/here.yaml'), inventory('here', 'local'));
    writeFileSync(at('data/inventory/there.yaml'), inventory('there', 'lab-1'));
    const first = await up('0');
    const { address, signInCode } = first.ready;
    expect((await ask('sign-in', String(signInCode), '--server', address)).code).toBe(0);

    // The built-in agent: applied from the data folder, read from there, seen without anybody doing anything.
    await expect
      .poll(() => observed(address, 'here').catch(() => null), POLL)
      .toMatchObject({ agent: 'local', features: [{ issued: 10, used: 3 }] });

    // One of its own process.
    expect((await ask('agent', 'enroll', 'lab-1', '--token-file', at('token'))).code).toBe(0);
    expect(statSync(at('token')).mode & 0o777).toBe(0o600);
    const file = (folder: string) =>
      `apiVersion: glidepath.dev/v1\nkind: Agent\nmetadata: { name: lab-1 }\nspec: { server: "${address}", folders: [${folder}] }\n`;
    writeFileSync(at('agent.yaml'), file('/nowhere'));
    const refused = await ask(...agentArgs, '--once', '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      arrived: true,
      items: [{ probe: 'there-probe', ok: false, reason: 'not-permitted' }],
    });
    writeFileSync(at('agent.yaml'), file(at('captures')));
    const agent = started(...agentArgs);
    await expect.poll(() => observed(address, 'there'), POLL).toMatchObject({ agent: 'lab-1', failure: null, features: [{ issued: 10 }] });

    // The control plane goes away; the agent is started anew meanwhile, and sees something new.
    expect(await ended(first.child)).toBe(0);
    expect(await ended(agent)).toBe(0);
    writeFileSync(at('captures/there.txt'), capture(12));
    const meanwhile = Date.now();
    const second = started(...agentArgs);
    await expect
      .poll(() => existsSync(at('state/reports.jsonl')) && readFileSync(at('state/reports.jsonl'), 'utf8'), POLL)
      .toContain('"issued":12');
    expect(await ended(second)).toBe(0);
    rmSync(at('captures/there.txt'));

    const back = await up(new URL(address).port);
    const third = started(...agentArgs);
    await expect.poll(() => observed(address, 'there'), POLL).toMatchObject({ features: [{ issued: 12 }] });
    expect((await observed(address, 'there'))?.okAt).toBeGreaterThanOrEqual(meanwhile);
    expect((await ask('agent', 'list')).stdout).toMatch(/lab-1 +\d+ .* ago .* 0 /);
    expect(await ended(third)).toBe(0);
    expect(await ended(back.child)).toBe(0);
  });
});

const POLL = { timeout: 15_000, interval: 100 };
