import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createEgress } from './create-egress.ts';
import { LOOPBACK, serve, serveBytes } from './test-servers.ts';

describe('egress > caps', () => {
  const bomb = Buffer.alloc(8 * 1024 * 1024);

  it.each([
    ['gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
    ['br', brotliCompressSync(bomb)],
  ])('stops a %s bomb at the cap', async (coding, packed) => {
    expect(packed.length).toBeLessThan(20_000);
    const port = await serve((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(packed));
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/`, maxBytes: 100_000 });
    expect(answer).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it.each([
    ['gzip', gzipSync('plain words')],
    ['deflate', deflateSync('plain words')],
    ['br', brotliCompressSync('plain words')],
    ['identity', Buffer.from('plain words')],
  ])('reads %s', async (coding, packed) => {
    const port = await serve((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(packed));
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` });
    expect(answer.ok && Buffer.from(answer.value.body).toString()).toBe('plain words');
  });

  it('stops an endless answer at the cap and closes its socket', async () => {
    let written = 0;
    const closed = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        written += chunk.length;
      };
      response.on('drain', more).on('close', closed.resolve);
      more();
    });
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/`, maxBytes: 1_000_000 });
    expect(answer).toMatchObject({ ok: false, reason: 'too-large' });
    await closed.promise;
    expect(written).toBeLessThan(20_000_000);
  });

  it('refuses a length over the cap before reading', async () => {
    const port = await serve((_, response) => response.writeHead(200, { 'content-length': 5_000_000_000 }).write('x'));
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` });
    expect(answer).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it('takes an answer of exactly the cap', async () => {
    const port = await serve((_, response) => response.end('x'.repeat(1_000)));
    const egress = createEgress({ allow: LOOPBACK });
    expect(await egress.request({ url: `http://127.0.0.1:${port}/`, maxBytes: 1_000 })).toMatchObject({ ok: true });
    expect(await egress.request({ url: `http://127.0.0.1:${port}/`, maxBytes: 999 })).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it('refuses endless headers', async () => {
    const port = await serveBytes(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(40_000)}\r\n\r\n`);
    expect(await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      ok: false,
      reason: 'too-large',
    });
  });

  it.each([
    ['before the head', () => {}],
    ['within the head', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: ')],
    ['after the head', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n')],
    [
      'byte by byte',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
        const drip = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    ],
    [
      'in informational answers',
      (socket: Socket) => {
        const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('ends at its one deadline when the other side hangs %s', async (_, hang) => {
    const port = await serveBytes((socket) => void hang(socket));
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/`, timeoutMs: 150 });
    expect(answer).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('ends at its deadline when the name hangs, or the handshake', async () => {
    const port = await serveBytes(() => {});
    const egress = createEgress({
      allow: LOOPBACK,
      resolve: (name) => (name === 'hangs.example.com' ? new Promise(() => {}) : Promise.resolve(['127.0.0.1'])),
    });
    const answers = await Promise.all([
      egress.request({ url: 'https://hangs.example.com/', timeoutMs: 50 }),
      egress.request({ url: `https://silent.example.com:${port}/`, timeoutMs: 50 }),
      egress.presentedChain('silent.example.com', port, 50),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, reason: 'timeout' });
    expect(answers[0]).toMatchObject({ facts: { phase: 'looking up its name' } });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'bad-answer'],
    ['nothing', '', 'connection-failed'],
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'bad-answer'],
    ['chunks that are none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'bad-answer'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 'bad-answer'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: evil\r\n\r\n', 'bad-answer'],
    ['an unknown compression', 'HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 1\r\n\r\nx', 'bad-answer'],
    ['broken compression', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd', 'bad-answer'],
  ])('says so when the answer is %s', async (_, bytes, reason) => {
    const port = await serveBytes(bytes);
    expect(await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ ok: false, reason });
  });

  it.each([
    ['an empty body that calls itself compressed', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 0\r\n\r\n', 200],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    ['a redirect that leads nowhere', 'HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n', 302],
  ])('takes %s for an answer', async (_, bytes, status) => {
    const port = await serveBytes(bytes);
    expect(await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` })).toMatchObject({
      ok: true,
      value: { status },
    });
  });
});
