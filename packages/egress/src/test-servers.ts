/** Servers on loopback for tests, each on a free port, all stopped with their connections after each test. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';

export const LOOPBACK = ['127.0.0.0/8'];
const open: { close(): unknown }[] = [];

export async function stopServers(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()));
}

afterEach(stopServers);

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  open.push({
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return (server.address() as AddressInfo).port;
}

export const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));
export const serveTls = (options: ServerOptions, listener: RequestListener): Promise<number> => listen(createTlsServer(options, listener));
/** Answers every connection with these bytes, however they look. */
export const serveBytes = (answer: string | ((socket: Socket) => void)): Promise<number> =>
  listen(
    createTcpServer((socket) => {
      socket.once('data', () => (typeof answer === 'string' ? socket.end(answer) : answer(socket)));
    }),
  );
