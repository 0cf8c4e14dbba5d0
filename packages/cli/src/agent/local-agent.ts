/** What the commands about an agent share: its local file read, its tools opened within it, its way to the control plane. */
import {
  type AgentTransport,
  createHttpExchange,
  createProbeTools,
  createSecretReader,
  createTransport,
  readAgentFile,
  type ToolsFor,
} from '@glidepath/agent';
import { type AgentFile, MINUTE, type Milliseconds, SECOND } from '@glidepath/core';
import { createEgress } from '@glidepath/egress';
import { checkedAddress } from '../api/config.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { systemScheduler } from '../up/system.ts';
import type { AgentCommandOptions } from './command-options.ts';

export async function readLocalFile(shell: Shell, path: string): Promise<AgentFile> {
  const { file, violations } = readAgentFile(await bytesOf(shell, path));
  if (file !== null) return file;
  throw new Failure(
    EXIT.usage,
    `${path} is no valid file of an agent: ${violations.length} violation${violations.length === 1 ? '' : 's'}.`,
    {
      code: 'agent-file-invalid',
      details: violations.map(({ line, column, message, found, expected, didYouMean }) => {
        const meant = didYouMean === null ? '' : ` Did you mean ${didYouMean}?`;
        return text`${path}:${line}:${column}  ${message}: found ${found}, expected ${expected}.${meant}`;
      }),
    },
  );
}

export async function bytesOf(shell: Shell, path: string): Promise<Uint8Array> {
  try {
    return await shell.readFile(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usage(`${path} cannot be read: ${why}.`, { code: 'no-such-file' });
  }
}

export async function toolsOf(shell: Shell, file: AgentFile, stopping?: AbortSignal): Promise<ToolsFor> {
  const egress = createEgress({ allow: file.egress.allow, ca: await authoritiesOf(shell, file) });
  const world = { file, egress, scheduler: systemScheduler, env: shell.env, isRoot: process.getuid?.() === 0 };
  return createProbeTools(stopping === undefined ? world : { ...world, stopping });
}

/** A hung probe is given up after its longest command had its time. */
export function deadlineOf({ commands }: AgentFile): Milliseconds {
  return Math.max(2 * MINUTE, ...commands.map(({ timeoutMs }) => timeoutMs + 30 * SECOND));
}

async function authoritiesOf(shell: Shell, { egress }: AgentFile): Promise<readonly string[]> {
  return egress.ca === null ? [] : [new TextDecoder().decode(await bytesOf(shell, egress.ca))];
}

/**
 * The control plane's address stands in the agent's own file or on its command line, so it may lie in a private network;
 * probes reach such networks only where `egress.allow` names them.
 */
const CONTROL_PLANE_NETWORKS = ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

export interface Way {
  readonly server: string;
  readonly transport: AgentTransport;
}

export async function wayToServer(shell: Shell, file: AgentFile, options: AgentCommandOptions): Promise<Way> {
  const named = options.server ?? file.server ?? shell.env.GLIDEPATH_SERVER;
  if (named === undefined || named === '') {
    throw usage('nobody says which control plane this agent reports to.', { next: 'spec.server in its local file, or --server URL' });
  }
  const server = checkedAddress(named);
  const reference = options.tokenFile === undefined ? (file.token ?? 'env:GLIDEPATH_TOKEN') : `file:${options.tokenFile}`;
  const readSecret = createSecretReader(shell.env);
  const egress = createEgress({ allow: [...CONTROL_PLANE_NETWORKS, ...file.egress.allow], ca: await authoritiesOf(shell, file) });
  const exchange = createHttpExchange({ server, egress, readToken: () => readSecret(reference) });
  return { server, transport: createTransport(exchange) };
}
