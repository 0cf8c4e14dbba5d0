/** Asks whether a port is free before anything is made or started that would then have to be undone. */
import { createServer } from 'node:net';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export async function requirePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const code = await new Promise<string | null>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)));
  });
  if (code === null) return;
  const why = WHY[code] ?? `the system says ${code}`;
  throw new Failure(EXIT.machine, `${host}:${port} cannot be listened on: ${why}.`, {
    code: code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen',
    next:
      code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
        ? 'glidepath up --host 127.0.0.1'
        : `glidepath up --port ${port < 65_535 ? port + 1 : 7070}`,
  });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there (perhaps a control plane that runs already)',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
};
