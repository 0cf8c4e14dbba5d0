/**
 * A wire between clients and one node, which can be cut: at once everywhere, or by chance in the middle of an answer.
 *
 * Its address stays while the node behind it dies and comes back on another port.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Random } from '../packages/core/src/index.ts';

export interface Wire {
  readonly port: number;
  /** Where the node is now; null: nowhere. */
  pointTo(port: number | null): void;
  /** Cuts every connection. */
  cutAll(): void;
  /** Of this share of answers only a part, or nothing, comes through. */
  cutByChance(share: number): void;
  close(): void;
}

export async function openWire(random: Random): Promise<Wire> {
  let target: number | null = null;
  let share = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (target === null) {
      near.destroy();
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.once('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    near.setNoDelay(true);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (random.next() >= share) near.write(bytes);
      else near.write(bytes.subarray(0, Math.floor(bytes.length * random.next())), cut);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    pointTo(port) {
      target = port;
    },
    cutAll,
    cutByChance(wanted) {
      share = wanted;
    },
    close() {
      server.close();
      cutAll();
    },
  };
}
