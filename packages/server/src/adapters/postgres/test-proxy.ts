/** A TCP proxy before a PostgreSQL, for tests that cut its connections. Not shipped. */
import { connect, createServer, type Socket } from 'node:net';

export interface TestProxy {
  /** The database's address, through the proxy. */
  readonly connectionString: string;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  /** Swallows all bytes, both ways, and ends nothing: a network that is gone without a word. */
  swallow(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startProxy(connectionString: string): Promise<TestProxy> {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'swallowing' = 'open';
  const server = createServer((inner) => {
    if (state === 'cut') {
      inner.destroy();
      return;
    }
    const outer = connect(Number(target.port || 5_432), target.hostname);
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('data', (part) => void (state === 'open' && to.write(part)));
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const through = new URL(connectionString);
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    connectionString: through.href,
    cut() {
      state = 'cut';
      endAll();
    },
    swallow() {
      state = 'swallowing';
    },
    mend() {
      // What was swallowed is missing in every stream that lived through it.
      if (state === 'swallowing') endAll();
      state = 'open';
    },
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
