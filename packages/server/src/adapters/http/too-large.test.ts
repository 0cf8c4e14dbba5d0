import { connect } from 'node:net';
import { it } from 'vitest';
import { testServer } from '../../test-world.ts';
import { createHttpAdapter } from './http-adapter.ts';

it('says that a body is too large and reads it to its end, so that its sender hears it', async () => {
  const { server, admin } = await testServer({ jobs: [] });
  const adapter = await createHttpAdapter(server, { port: 0 });
  const url = await adapter.listen();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  const heard = (words: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => words.test(text) && resolve();
      socket.on('data', look).on('close', () => reject(new Error(`closed after ${text}`)));
      look();
    });
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const size = 2 * 1024 * 1024;
  const head = ['POST /v1/policies HTTP/1.1', 'host: x', `authorization: Bearer ${admin}`, 'content-type: text/yaml'];
  socket.write([...head, `content-length: ${size}`, '', 'x'].join('\r\n'));
  await heard(/^HTTP\/1\.1 413 /);
  socket.write('x'.repeat(size - 1));
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  await heard(/HTTP\/1\.1 200 /);
  socket.destroy();
  await adapter.drain(100);
});
