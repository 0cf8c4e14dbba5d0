/**
 * Sends ready-made requests over kept connections, one at a time on each, and reads no more of an answer than it must: a load
 * generator that shares two processors with what it loads must cost as little as it can.
 */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface RawConnection {
  /** Not before the answer to the last one. */
  send(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

export function rawRequest(address: URL, path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({ host: address.host, 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const length = Buffer.byteLength(body);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${length}\r\n\r\n${body}`);
}

export async function rawConnection(address: URL): Promise<RawConnection> {
  const socket = connect({ host: address.hostname, port: Number(address.port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return overSocket(socket);
}

function overSocket(socket: Socket): RawConnection {
  let parts: Buffer[] = [];
  let waiting: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | null = null;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk) => {
    parts.push(chunk);
    const all = parts.length === 1 ? chunk : Buffer.concat(parts);
    const answer = answerIn(all);
    if (answer === null) {
      parts = [all];
      return;
    }
    parts = [];
    const settled = waiting;
    waiting = null;
    settled?.resolve(answer);
  });
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

/** Null: not whole yet. Only answers with a length are understood. */
function answerIn(bytes: Buffer): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
  if (Number.isNaN(length)) throw new Error(`an answer without a length: ${head.slice(0, 100)}`);
  if (bytes.length < end + 4 + length) return null;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(end + 4, end + 4 + length) };
}
