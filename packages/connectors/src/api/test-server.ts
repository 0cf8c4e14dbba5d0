/** A server on loopback for tests of probes, and tools whose only real part is the egress. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProbeTools } from '@glidepath/core';
import { createEgress } from '@glidepath/egress';
import { onTestFinished } from 'vitest';
import { failingTools } from '../contract/test-tools.ts';

/** Its address. It is stopped, with its connections, when the test ends. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(
    () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Tools that reach loopback, with one credential named `token`. A hanging server is given up after a blink. */
export function loopbackTools(timeoutMs = 10_000): ProbeTools {
  const egress = createEgress({ allow: ['127.0.0.0/8'] });
  return {
    ...failingTools({}),
    egress: { ...egress, request: (request) => egress.request({ ...request, timeoutMs }) },
    credential: async (name) => (name === 'token' ? { header: 'x-token', value: 's3cret&value', hosts: ['127.0.0.1'] } : null),
  };
}
