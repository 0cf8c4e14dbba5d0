import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeStream } from './stream.ts';

let server: Server | null = null;

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/hints`;
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

const open = (url: string, take: (text: string) => void, signal = new AbortController().signal) =>
  nodeStream({ url, headers: { authorization: 'Bearer glk_x' }, signal }, take);

describe('node stream', () => {
  it('hands over what comes, as it comes, and ends with it', async () => {
    const url = await listen((request, response) => {
      expect(request.headers.authorization).toBe('Bearer glk_x');
      response.writeHead(200).write('data: é');
      response.end('\n');
    });
    const texts: string[] = [];
    await open(url, (text) => texts.push(text));
    expect(texts.join('')).toBe('data: é\n');
  });

  it.each([401, 404, 307, 503])('takes nothing from a %d', async (status) => {
    const url = await listen((_, response) => void response.writeHead(status, { location: '/v1/hints' }).write('data: {}\n'));
    const texts: string[] = [];
    await open(url, (text) => texts.push(text));
    expect(texts).toEqual([]);
  });

  it('ends where the connection breaks, or there is none', async () => {
    const url = await listen((_, response) => void response.writeHead(200).write('x', () => response.destroy()));
    await open(url, () => {});
    await open('http://127.0.0.1:9/', () => {});
  });

  it('ends when it is closed', async () => {
    const url = await listen((_, response) => void response.writeHead(200).write('x'));
    const closing = new AbortController();
    await open(url, () => closing.abort(), closing.signal);
  });

  it('keeps no process alive', async () => {
    const url = await listen((_, response) => void response.writeHead(200).write('here\n'));
    const program = `
      import { nodeStream } from ${JSON.stringify(join(import.meta.dirname, 'stream.ts'))};
      const until = setTimeout(() => {}, 60_000);
      nodeStream({ url: ${JSON.stringify(url)}, headers: {}, signal: new AbortController().signal }, (text) => { console.log(text); clearTimeout(until); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [code] = await once(child, 'exit');
    expect([line.toString().trim(), code]).toEqual(['here', 0]);
  });
});
