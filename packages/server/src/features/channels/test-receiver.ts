/** A receiver on the loopback that keeps what it gets and answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** `hang`: reads the request and never says a word. */
export type Reply = 'hang' | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

export interface Receiver {
  readonly url: string;
  readonly requests: Received[];
  reply: Reply;
  /** When so many requests have come in. */
  received(count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    receiver.requests.push(await readRequest(request));
    const { reply, requests } = receiver;
    if (reply !== 'hang') response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    for (const { resolve } of waiting.filter(({ count }) => count <= requests.length)) resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/secret-path`,
    requests: [],
    reply: { status: 200, body: 'ok' },
    received: (count) =>
      receiver.requests.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? '', path: request.url ?? '', headers, body: await text(request) };
}
