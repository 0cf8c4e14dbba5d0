/** A control plane of memory behind a loopback port, for tests of commands: real routes, rules and answers. Not shipped. */
import { createServer, type Server } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { type TestServer, testServer } from '@glidepath/server/test-world';

export interface TestControlPlane {
  readonly house: TestServer;
  /** GLIDEPATH_SERVER and GLIDEPATH_TOKEN. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

export async function startControlPlane(): Promise<TestControlPlane> {
  const house = await testServer({ jobs: [] });
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
    const { authorization = '', ...others } = headers;
    const answer = await house.call(request.method ?? 'GET', request.url ?? '/', body === '' ? undefined : body, {
      token: authorization.replace(/^Bearer /, ''),
      headers: others,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { house, env: { GLIDEPATH_SERVER: `http://127.0.0.1:${portOf(server)}`, GLIDEPATH_TOKEN: house.admin }, stop: () => stop(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}
