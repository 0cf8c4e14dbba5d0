/** `glidepath agent`: looks where the control plane cannot, and tells it; with what it takes to let one in and to check it. */
import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { durationWords } from '@glidepath/core';
import { Option } from 'commander';
import type { AgentCommandOptions } from '../agent/command-options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { type Asking, online } from './online.ts';

const CONFIG = '/etc/glidepath/agent.yaml';

export function registerAgent(registrar: Registrar): void {
  const { program, shell, acting } = registrar;
  const agent = program
    .command('agent')
    .description('look at licences where they are, and tell the control plane')
    .enablePositionalOptions()
    .option('--config <file>', `its local file: the commands, folders, addresses and credentials that probes may use; default: ${CONFIG}`)
    .option('--server <url>', 'control plane; default: the one in the local file')
    .option('--token-file <file>', 'its token; default: the one that the local file names, else GLIDEPATH_TOKEN')
    .option('--state <folder>', 'where reports wait while the control plane is away')
    .option('--once', 'run every probe once, report, and end')
    .addOption(new Option('--log <kind>', 'json or text on standard error; default: text on a terminal').choices(['json', 'text']))
    .addOption(jsonOption())
    .action(
      acting(async (options: AgentCommandOptions) => {
        const { runAgent } = await import('../agent/run-agent.ts');
        return runAgent(shell, { ...options, config: options.config ?? CONFIG });
      }),
    );
  agent
    .command('check')
    .description('check the local file, and try each command and each assigned probe without reporting')
    .option('--config <file>', `local file of the agent; default: ${CONFIG}`)
    .option('--server <url>', 'control plane; default: the one in the local file')
    .option('--token-file <file>', 'its token')
    .addOption(jsonOption())
    .action(
      acting(async (options: AgentCommandOptions) => {
        const { checkAgent } = await import('../agent/check-agent.ts');
        return checkAgent(shell, { ...options, config: options.config ?? CONFIG });
      }),
    );
  const enroll = agent.command('enroll <name>').description('let an agent in: makes it with its token, which is shown once');
  online<{ tokenFile?: string }>(
    registrar,
    enroll.option('--token-file <file>', 'write the token there (mode 600) instead of showing it'),
    enrollAgent,
  );
  online(registrar, agent.command('list').description('list agents: when each was last heard of, and what it lost'), listAgents);
}

interface AgentMade {
  readonly agent: string;
  readonly name: string;
  readonly token: string;
  readonly expiresAt: number;
}

async function enrollAgent({ api, paint, options, answer }: Asking<{ tokenFile?: string }>, name = ''): Promise<ExitCode> {
  const path = options.tokenFile === undefined ? null : resolve(options.tokenFile);
  // Opened first: a token that cannot be kept must not be made.
  const file = path === null ? null : await openFresh(path);
  try {
    const { token, ...made } = await api.post<AgentMade>('/v1/agents', { name });
    await file?.writeFile(`${token}\n`);
    const kept = path === null ? { ...made, token } : { ...made, tokenFile: path };
    return answer(kept, [
      path === null ? text`token, shown once: ${paint.bold(token)}` : text`its token is in ${path}`,
      text`${made.agent} (${made.name}) ends ${day(made.expiresAt)}`,
      text`next: on its machine, glidepath agent --server ${api.server} --token-file ${path ?? 'FILE'} --config ${CONFIG}`,
    ]);
  } catch (error) {
    if (path !== null) await rm(path, { force: true });
    throw error;
  } finally {
    await file?.close();
  }
}

async function openFresh(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EEXIST' ? 'it is there already, and is not overwritten' : code;
    throw new Failure(EXIT.usage, `${path} cannot be written: ${why}.`, { code: 'cannot-write' });
  }
}

interface AgentAnswer {
  readonly id: string;
  readonly name: string;
  readonly disabledAt: number | null;
  readonly seenAt: number | null;
  readonly version: string | null;
  readonly dropped: number;
  readonly tokenExpiresAt: number | null;
}

async function listAgents({ api, shell, paint, answer }: Asking<object>): Promise<ExitCode> {
  const agents = await api.list<AgentAnswer>('/v1/agents');
  const now = shell.now();
  const rows = agents.map(({ id, name, seenAt, version, dropped, disabledAt, tokenExpiresAt }): readonly Sayable[] => [
    name,
    disabledAt !== null ? paint.bad('disabled') : seenAt === null ? paint.warn('never') : `${durationWords(now - seenAt)} ago`,
    version,
    dropped === 0 ? 0 : paint.warn(dropped),
    tokenExpiresAt === null ? paint.bad('ended') : day(tokenExpiresAt),
    id,
  ]);
  const head = ['AGENT', 'HEARD OF', 'VERSION', 'DROPPED', 'TOKEN ENDS', 'ID'].map((word) => paint.dim(word));
  return answer({ items: agents }, agents.length === 0 ? ['There are no agents: glidepath agent enroll NAME'] : table([head, ...rows]));
}
