import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { serve } from './test-servers.ts';

it('egress > takes no proxy from its environment', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = await serve((request, response) => {
    asked.push(request.url);
    response.end('from the proxy');
  });
  const real = await serve((_, response) => response.end('from the server'));
  const program = `
    import { createEgress } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const answer = await createEgress({ allow: ['127.0.0.0/8'] }).request({ url: 'http://127.0.0.1:${real}/' });
    process.stdout.write(answer.ok ? Buffer.from(answer.value.body).toString() : answer.message);`;
  const address = `http://127.0.0.1:${proxy}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH: process.env.PATH ?? '', NODE_USE_ENV_PROXY: '1', HTTP_PROXY: address, http_proxy: address, ALL_PROXY: address },
  });
  expect(stdout).toBe('from the server');
  expect(asked).toEqual([]);
});
