import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createUsageBuffer, type UsageBuffer } from './usage.ts';
import { usageFiles } from './usage-files.ts';

/** A control plane that counts each id once. */
const counted = new Map<string, number>();
let server: Server;
let address: string;
let folder: string;
let buffers: UsageBuffer[];

beforeEach(async () => {
  counted.clear();
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const events = JSON.parse(body) as { id: string; data: { amount: number } }[];
    const items = events.map(({ id, data }) => {
      const outcome = counted.has(id) ? 'duplicate' : 'counted';
      counted.set(id, data.amount);
      return { id, outcome };
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = join(mkdtempSync(join(tmpdir(), 'glidepath-usage-')), 'usage');
  buffers = [];
});

afterEach(async () => {
  for (const buffer of buffers) await buffer.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function make(servers = address): UsageBuffer {
  const buffer = createUsageBuffer({ folder, servers, licenseKey: 'glk_test' });
  buffers.push(buffer);
  return buffer;
}

const segments = () => readdirSync(folder).filter((name) => name.endsWith('.events'));
/** Makes files as old as those that nobody owns. */
const abandon = () => {
  for (const name of segments()) utimesSync(join(folder, name), 1, 1);
};
const sum = () => [...counted.values()].reduce((total, amount) => total + amount, 0);

const PROGRAM = `
  import { createUsageBuffer } from ${JSON.stringify(join(import.meta.dirname, 'usage.ts'))};
  const buffer = createUsageBuffer({ folder: process.argv[1], servers: 'http://127.0.0.1:9', licenseKey: 'glk_test' });
  for (let at = 0; ; at++) {
    process.stdout.write(String(buffer.report({ meter: 'minutes', amount: 1, id: 'e' + at })) + '\\n');
    await new Promise((resolve) => setImmediate(resolve));
  }`;

describe('usage on disk', () => {
  it('loses nothing that was kept when the process is killed, and counts each event once', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.split('\n').length > 500) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    const kept = text.split('kept\n').length - 1;
    expect(kept).toBeGreaterThan(400);
    appendFileSync(join(folder, segments()[0] ?? ''), '{"specversion":"1.0","id":"torn');
    abandon();
    const buffer = make();
    await buffer.flush();
    expect(buffer.health()).toMatchObject({ waiting: 0, counters: { torn: 1 } });
    for (let at = 0; at < kept; at++) expect(counted.get(`e${at}`), `e${at}`).toBe(1);
    expect(segments()).toEqual([]);
  });

  it('gives each process a file of its own, for this user only, and leaves that of the living alone', async () => {
    const first = make('http://127.0.0.1:9');
    const second = make('http://127.0.0.1:9');
    first.report({ meter: 'minutes', amount: 1 });
    second.report({ meter: 'minutes', amount: 2 });
    expect(segments()).toHaveLength(2);
    for (const name of segments()) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const third = make();
    await third.flush();
    expect([third.health().counters['taken-over'], sum()]).toEqual([undefined, 0]);
  });

  it('takes over what a closed buffer left, without waiting', async () => {
    const first = make('http://127.0.0.1:9');
    first.report({ meter: 'minutes', amount: 5 });
    await first.close();
    await make().flush();
    expect([sum(), segments()]).toEqual([5, []]);
  });

  it('gives an orphan to one of several that look for it', async () => {
    const store = usageFiles(folder);
    store.append('one');
    await store.close();
    const found = [usageFiles(folder), usageFiles(folder), usageFiles(folder)].map((each) => each.takeOver(1_000));
    expect(found.filter((each) => each !== null).map(({ lines }) => lines)).toEqual([['one']]);
  });

  it('goes on when its file was taken from it while it slept, and counts once what both send', async () => {
    const sleeper = make('http://127.0.0.1:9');
    sleeper.report({ meter: 'minutes', amount: 5 });
    abandon();
    const other = make();
    await other.flush();
    expect(sum()).toBe(5);
    expect(sleeper.report({ meter: 'minutes', amount: 6 })).toBe('kept');
    expect(sleeper.health().waiting).toBe(2);
  });

  it('begins a new file when one is large, and drops it when all of it is settled', async () => {
    const buffer = make();
    for (let at = 0; at < 9_000; at++) buffer.report({ meter: 'minutes', amount: 1 });
    expect(segments().length).toBeGreaterThan(1);
    await buffer.flush();
    expect([sum(), segments()]).toEqual([9_000, []]);
  });

  it('keeps in memory what it cannot write', async () => {
    writeFileSync(folder, 'a file in the way');
    const buffer = make();
    expect(buffer.report({ meter: 'minutes', amount: 3 })).toBe('kept');
    await buffer.flush();
    expect([sum(), buffer.health().counters.unwritten]).toEqual([3, 1]);
  });

  it('lays aside up to 10 MiB', () => {
    const store = usageFiles(folder);
    expect(store.layAside('why')).toBe(true);
    expect(readFileSync(join(folder, 'rejected.jsonl'), 'utf8')).toBe('why\n');
    expect(store.layAside('x'.repeat(10 * 1024 * 1024))).toBe(false);
  });
});
