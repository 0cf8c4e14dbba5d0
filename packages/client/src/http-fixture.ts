/** A real HTTP server on loopback around the test's control plane, which can misbehave below the level of answers. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instant } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { TestIssuer, TestServer } from './issuer-fixture.ts';

export type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => void;

export class HttpControlPlane {
  readonly plane = new TestServer(new TestIssuer(nodeCrypto, () => instant(Date.now())));
  misbehaviour: Misbehaviour | null = null;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (this.misbehaviour !== null) this.misbehaviour(request, response);
      else void this.#serve(request, response);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const method = request.method === 'GET' ? 'GET' : 'POST';
    const url = `http://issuer.test${request.url}`;
    const signal = new AbortController().signal;
    const answer = await this.plane.fetch({ method, url, headers: {}, body: body === '' ? null : body, bodyMaxBytes: 0, signal });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }

  /** Listens on a free port, or again on the one that it had. */
  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
