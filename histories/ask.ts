/** One request over HTTP to whichever node, and nothing more: no retry, no redirect, and a lost answer is a lost answer. */
import { Agent, request } from 'node:http';

export interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Null: nobody knows whether it was done. */
export type Ask = (port: number, path: string, options: AskOptions) => Promise<Told | null>;

export interface AskOptions {
  readonly method?: 'GET' | 'POST';
  readonly bearer: string;
  readonly type?: string;
  readonly body?: string;
}

/** Shorter than a node is paused for: a client does not wait for it. */
const LIMIT_MS = 2_500;

export function createAsk(): { readonly ask: Ask; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 60 });
  const ask: Ask = (port, path, { method = 'POST', bearer, type = 'application/json', body }) =>
    new Promise((resolve) => {
      const headers = { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { 'content-type': type }) };
      const asking = request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', () => resolve(null));
        answer.on('end', () => resolve(answer.complete ? readTold(answer.statusCode ?? 0, Buffer.concat(parts)) : null));
      });
      asking.setTimeout(LIMIT_MS, () => asking.destroy());
      const limit = setTimeout(() => asking.destroy(), LIMIT_MS);
      asking.on('close', () => {
        clearTimeout(limit);
        resolve(null);
      });
      asking.on('error', () => resolve(null));
      asking.end(body);
    });
  return { ask, close: () => agent.destroy() };
}

function readTold(status: number, bytes: Buffer): Told | null {
  try {
    return { status, body: JSON.parse(bytes.toString('utf8')) as Told['body'] };
  } catch {
    return null;
  }
}
