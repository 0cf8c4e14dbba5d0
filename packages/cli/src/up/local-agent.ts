/**
 * The agent that is built into `up`, for one machine: the same agent, through the same command layer, without a socket.
 *
 * It starts after the control plane serves, and whatever is wrong with it keeps nothing else from serving. What it may touch
 * is in `agent.yaml` of the data folder, if there is one; beside that it reads exactly the files that the probes of the data
 * folder's own inventory name, because whoever writes that folder already holds this machine's seal. A probe that came over
 * the API names files in vain.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  createAgent,
  createLocalExchange,
  createProbeTools,
  createSecretReader,
  createTransport,
  folderFiles,
  type LocalCall,
  readAgentFile,
} from '@glidepath/agent';
import { CONNECTORS } from '@glidepath/connectors';
import { type AgentFile, CLOSED_AGENT_FILE, DAY, MINUTE, SECOND } from '@glidepath/core';
import { createEgress } from '@glidepath/egress';
import type { Log, Server } from '@glidepath/server';
import { endInProcessTokens, INSIDERS, inProcessToken } from '@glidepath/server/first-start';
import { applyInventoryFolder, readInventoryFolder } from './inventory-folder.ts';
import { systemScheduler } from './system.ts';

export interface LocalAgentOptions {
  readonly dataDir: string;
  readonly server: Server;
  /** Id of the one that its probes are of. */
  readonly environment: string;
  readonly egressAllow: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly log: Log;
}

const TICK_MS = SECOND;
const NODE = `up@${hostname()}`;
/** A token is replaced long before it ends, however long this process runs. */
const TOKEN_FRESH_MS = 7 * DAY;

/** Gives what ends it. */
export async function startLocalAgent(options: LocalAgentOptions): Promise<() => Promise<void>> {
  const { dataDir, server, env, log, version } = options;
  const { world } = server;
  const inventory = await readInventoryFolder(dataDir, log);
  await applyInventoryFolder(inventory, insider(options, 'folder'), createSecretReader(env), log);
  await endInProcessTokens(world, 'folder', options.environment, NODE);
  const file = await localFile(dataDir, log);
  const mine: AgentFile = { ...file, folders: [...file.folders, ...inventory.paths] };
  const stopping = new AbortController();
  const agent = createAgent({
    transport: createTransport(createLocalExchange(insider(options, 'agent'))),
    ...{ connectors: CONNECTORS, tools: await toolsOf(mine, options, stopping.signal) },
    ...{ clock: world.clock, scheduler: systemScheduler, random: world.random, log, version },
    files: folderFiles(join(dataDir, 'agent')),
    deadlineMs: Math.max(2 * MINUTE, ...file.commands.map(({ timeoutMs }) => timeoutMs + 30 * SECOND)),
  });
  await agent.start();
  const beat = setInterval(() => agent.tick(world.clock.now()), TICK_MS);
  agent.tick(world.clock.now());
  return async () => {
    clearInterval(beat);
    stopping.abort();
    await agent.stop();
  };
}

async function toolsOf(file: AgentFile, { egressAllow, env }: LocalAgentOptions, stopping: AbortSignal) {
  const ca = file.egress.ca === null ? [] : [await readFile(file.egress.ca, 'utf8')];
  const egress = createEgress({ allow: [...file.egress.allow, ...egressAllow], ca });
  return createProbeTools({ file, egress, scheduler: systemScheduler, env, isRoot: process.getuid?.() === 0, stopping });
}

/** None is one that allows nothing; a broken one is said, and allows nothing either. */
async function localFile(dataDir: string, log: Log): Promise<AgentFile> {
  const path = join(dataDir, 'agent.yaml');
  let source: Uint8Array;
  try {
    source = await readFile(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) log.warn('agent.file-unreadable', { file: path, error });
    return { ...CLOSED_AGENT_FILE, name: INSIDERS.agent.name };
  }
  const { file, violations } = readAgentFile(source);
  for (const { line, column, message, found, expected } of violations)
    log.warn('agent.file-invalid', { at: `${path}:${line}:${column}`, message: `${message}: found ${found}, expected ${expected}` });
  return file ?? { ...CLOSED_AGENT_FILE, name: INSIDERS.agent.name };
}

/** Asks the command layer as the process itself; a token that has ended is replaced once. */
function insider({ server, environment }: LocalAgentOptions, who: keyof typeof INSIDERS): LocalCall {
  let token: string | null = null;
  let madeAt = 0;
  const once = async (method: string, path: string, body: string | null) => {
    const elapsedMs = server.world.clock.monotonic();
    if (token === null || elapsedMs - madeAt > TOKEN_FRESH_MS) {
      token = await inProcessToken(server.world, who, environment, NODE);
      madeAt = elapsedMs;
    }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return server.handle({ method, path, headers, requestId: 'in-process', ...(body === null ? {} : { body }) });
  };
  return async (method, path, body) => {
    const response = await once(method, path, body);
    if (response.status !== 401) return response;
    token = null;
    return once(method, path, body);
  };
}
