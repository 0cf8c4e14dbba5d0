import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliRun, glidepathHere } from '../cli.testkit.ts';

let home: string;
let server: Server;
let asked: IncomingMessage[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-home-'));
  asked = [];
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(home, { recursive: true, force: true });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<string> {
  server = createServer((request, response) => {
    asked.push(request);
    request.resume().once('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function ask(
  url: string,
  args: readonly string[] = ['policy', 'list'],
  env: Record<string, string> = { GLIDEPATH_TOKEN: 'glt_x' },
): Promise<CliRun> {
  return glidepathHere([...args, '--server', url], { HOME: home, ...env });
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const problem = (code: string, status: number, detail: string, retryable = false) =>
  json(status, { code, status, title: 'T', detail, retryable });

const elsewhere: Answer = (request, response) =>
  request.url === '/elsewhere'
    ? json(200, { items: [], next: null })(request, response)
    : response.writeHead(302, { location: '/elsewhere' }).end();

describe('glidepath, asking a control plane', () => {
  it.each<[string, Answer, number, RegExp]>([
    [
      'a login page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      3,
      /is no Glidepath: status 200, text\/html/,
    ],
    ['a body cut short', (_, response) => response.writeHead(200, { 'content-length': '100' }).end('{"it'), 3, /does not answer/],
    [
      'JSON cut short',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":['),
      3,
      /is no Glidepath/,
    ],
    ['a redirect, even to a right answer', elsewhere, 3, /does not answer/],
    ['a closed connection', (request) => request.socket.destroy(), 3, /does not answer/],
    ['nobody signed in', problem('unauthenticated', 401, 'Send a token.'), 4, /does not know this token[\s\S]*next: glidepath sign-in/],
    [
      'a role that is missing',
      problem('forbidden', 403, 'Needs the role issuer.'),
      4,
      /Needs the role issuer\. \(forbidden\)[\s\S]*next: /,
    ],
    ['a conflict', problem('conflict', 409, 'Not now.'), 4, /Not now\. \(conflict\)/],
    ['input that is wrong', problem('bad-input', 400, 'No.'), 2, /No\. \(bad-input\)/],
    ['a code that this version does not know', problem('brand-new', 418, 'Tea.'), 4, /Tea\. \(brand-new\)/],
    ['a fault of the server', problem('internal', 500, 'Broken.'), 3, /Broken\. \(internal\)/],
  ])('says what happened given %s', async (_, answer, exit, says) => {
    const { code, stdout, stderr } = await ask(await serve(answer));
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('says where nobody listens, and how to start something there', async () => {
    const url = await serve(json(200, {}));
    await new Promise((resolve) => server.close(resolve));
    const { code, stderr } = await ask(url);
    expect(code).toBe(3);
    expect(stderr).toMatch(new RegExp(`${url} does not answer: connect ECONNREFUSED[\\s\\S]*next: start one with: glidepath up`));
  });

  it('repeats a change whose answer was lost under one idempotency key', async () => {
    let count = 0;
    const url = await serve((request, response) => {
      count += 1;
      if (count === 1) request.socket.destroy();
      else if (count === 2) problem('overloaded', 503, 'Later.', true)(request, response);
      else json(200, { kid: 'K', signsUntil: 0 })(request, response);
    });
    const { code } = await ask(url, ['key', 'rotate']);
    expect(code).toBe(0);
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('repeats no change that was refused', async () => {
    await ask(await serve(problem('conflict', 409, 'No.')), ['key', 'rotate']);
    expect(asked).toHaveLength(1);
  });

  it('disarms what a server says to the terminal', async () => {
    const { stderr } = await ask(await serve(problem('conflict', 409, 'a\x1b[2Jb\u202e\r')));
    expect(stderr).toContain('a\\x1b[2Jb\\u{202e}\\x0d');
    const items = [{ name: '\x1b]0;x\x07', digest: '\u202e', setAt: 0 }];
    const listed = await ask(await serve(json(200, { items, next: null })));
    expect(listed.stdout).toContain('\\x1b]0;x\\x07');
    for (const acts of ['\x1b', '\x07', '\u202e']) expect(`${stderr}${listed.stdout}`).not.toContain(acts);
  });

  it('reads all pages of a list', async () => {
    const url = await serve((request, response) => {
      const after = new URL(request.url ?? '', 'http://x').searchParams.get('after');
      const item = (name: string) => ({ name, digest: 'd', setAt: 0 });
      json(200, after === null ? { items: [item('one')], next: 'n1' } : { items: [item('two')], next: null })(request, response);
    });
    const { stdout } = await ask(url, ['policy', 'list', '--json']);
    expect(JSON.parse(stdout).items.map(({ name }: { name: string }) => name)).toEqual(['one', 'two']);
  });

  it.each(['ftp://x', 'nonsense', 'http://user:secret@x'])('refuses the address %s', async (url) => {
    const { code, stderr } = await ask(url);
    expect(code).toBe(2);
    expect(stderr).toContain('is not usable');
  });
});

describe('glidepath, keeping credentials', () => {
  const CODE = 'gls_gs82z4t7htw4yf87n8r7xrjh2568tvwp4';
  const file = () => join(home, '.config', 'glidepath', 'credentials.json');
  const signIn: Answer = (request, response) =>
    request.url?.startsWith('/v1/sign-in') === true
      ? json(201, { id: 'tok_1', token: 'glt_mine', expiresAt: 0 })(request, response)
      : json(200, { name: 'admin', roles: ['admin'], items: [], next: null })(request, response);

  it('keeps the token of a sign-in for its server, closed to others, and sends it there only', async () => {
    const url = await serve(signIn);
    expect(await ask(url, ['sign-in', CODE], {})).toMatchObject({ code: 0 });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ current: url, tokens: { [url]: 'glt_mine' } });
    await glidepathHere(['policy', 'list'], { HOME: home });
    expect(asked.at(-1)?.headers.authorization).toBe('Bearer glt_mine');
    await ask(url.replace('127.0.0.1', 'localhost'), ['policy', 'list'], {});
    expect(asked.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('sends no earlier token with a sign-in', async () => {
    await ask(await serve(signIn), ['sign-in', CODE], { GLIDEPATH_TOKEN: 'glt_old' });
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('tells a mistyped code without asking', async () => {
    const { code, stderr } = await ask(await serve(signIn), ['sign-in', CODE.replace('tvwp4', 'tvwp5')], {});
    expect({ code, asked: asked.length }).toEqual({ code: 2, asked: 0 });
    expect(stderr).toContain('mistyped');
  });

  it('closes a file that others could read, and says so', async () => {
    const url = await serve(signIn);
    mkdirSync(join(home, '.config', 'glidepath'), { recursive: true });
    writeFileSync(file(), JSON.stringify({ current: url, tokens: { [url]: 'glt_mine' } }), { mode: 0o644 });
    const { stderr } = await glidepathHere(['policy', 'list'], { HOME: home });
    expect(stderr).toContain('others could read');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('names a damaged file', async () => {
    mkdirSync(join(home, '.config', 'glidepath'), { recursive: true });
    writeFileSync(file(), '{', { mode: 0o600 });
    const { code, stderr } = await glidepathHere(['policy', 'list'], { HOME: home });
    expect(code).toBe(2);
    expect(stderr).toMatch(/credentials\.json is no JSON[\s\S]*next: rm /);
  });
});
