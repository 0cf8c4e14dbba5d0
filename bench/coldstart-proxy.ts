/**
 * Stands between clients and a control plane and counts what each of them asks, by the address that it was given (`/c/17`).
 *
 * While it is dark it reads who asks for what, counts that, and cuts the connection: nothing comes back.
 */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** What ends with an answer. */
  readonly questions: number;
  /** Streams of hints that were opened, which stay. */
  readonly streams: number;
}

export interface CountingProxy {
  readonly address: string;
  /** Begins to count anew. */
  begin(isDark: boolean): void;
  /** What each client asked since; those that asked nothing are missing. */
  asked(): ReadonlyMap<string, Asked>;
  stop(): void;
}

const OWN_ADDRESS = /^(\/c\/\d+)(\/.*)$/;

export async function startCountingProxy(upstream: string): Promise<CountingProxy> {
  const agent = new Agent({ keepAlive: true });
  let isDark = false;
  let counted = new Map<string, Asked>();
  const count = (who: string, path: string): void => {
    const { questions, streams } = counted.get(who) ?? { questions: 0, streams: 0 };
    counted.set(who, path === '/v1/hints' ? { questions, streams: streams + 1 } : { questions: questions + 1, streams });
  };
  const server = createServer((asked, answer) => {
    const [, who = '', path = ''] = OWN_ADDRESS.exec(asked.url ?? '') ?? [];
    count(who, path);
    if (isDark || who === '') asked.socket.destroy();
    else passOn(asked, answer, { url: upstream + path, agent });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin(dark) {
      isDark = dark;
      counted = new Map();
    },
    asked: () => counted,
    stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

function passOn(asked: IncomingMessage, answer: ServerResponse, { url, agent }: { url: string; agent: Agent }): void {
  const { method = 'GET', headers } = asked;
  const onward = request(url, { method, headers: { ...headers, host: new URL(url).host }, agent }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answer.flushHeaders();
    answered.pipe(answer);
    answered.on('error', () => answer.destroy());
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}
