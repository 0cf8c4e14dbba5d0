/** `glidepath agent`: runs until somebody stops it, or once. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Agent, createAgent, folderFiles } from '@glidepath/agent';
import { CONNECTORS } from '@glidepath/connectors';
import { type AgentFile, instant, SECOND } from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { createLog } from '../up/log.ts';
import { systemClock, systemRandom, systemScheduler } from '../up/system.ts';
import { VERSION } from '../version.ts';
import type { AgentCommandOptions } from './command-options.ts';
import { deadlineOf, readLocalFile, toolsOf, wayToServer } from './local-agent.ts';

const TICK_MS = SECOND;
/** How long what is under way may still take after a wish to stop. */
const GRACE_MS = 5 * SECOND;

export async function runAgent(shell: Shell, options: AgentCommandOptions & { config: string }): Promise<ExitCode> {
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
  const file = await readLocalFile(shell, options.config);
  const { server, transport } = await wayToServer(shell, file, options);
  const stopping = new AbortController();
  const log = createLog(shell, options.log ?? (shell.isInteractive ? 'text' : 'json'), VERSION);
  const state = options.state ?? stateFolder(shell, file);
  const agent = createAgent({
    ...{ transport, connectors: CONNECTORS, tools: await toolsOf(shell, file, stopping.signal) },
    ...{ clock: systemClock, scheduler: systemScheduler, random: systemRandom, files: folderFiles(state) },
    ...{ log, version: VERSION, deadlineMs: deadlineOf(file) },
  });
  await agent.start();
  if (options.once === true) return once(shell, agent, options);
  log.info('agent.started', { agent: file.name, server, state, version: VERSION });
  const beat = setInterval(() => agent.tick(shell.now()), TICK_MS);
  agent.tick(shell.now());
  const signal = await stopAsked;
  clearInterval(beat);
  stopping.abort();
  await Promise.race([agent.stop(), new Promise<void>((resolve) => void systemScheduler.after(GRACE_MS, resolve))]);
  log.info('agent.stopped', { signal, ...agent.status() });
  return EXIT.ok;
}

/** A service keeps it where services do; one per agent, for two must not write into one. */
function stateFolder({ env }: Shell, { name }: AgentFile): string {
  if (process.platform === 'linux' && process.getuid?.() === 0) return `/var/lib/glidepath-agent/${name}`;
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'glidepath', 'agent', name);
}

async function once(shell: Shell, agent: Agent, { json }: AgentCommandOptions): Promise<ExitCode> {
  // The system's timers keep no process alive, and a probe may wait for nothing else.
  const alive = setInterval(() => {}, TICK_MS);
  const { arrived, link, outcomes } = await agent.once(instant(shell.now())).finally(() => clearInterval(alive));
  const rows = [...outcomes].map(([probe, outcome]) => ({
    probe,
    ok: outcome.ok,
    features: outcome.ok ? outcome.snapshot.features.length : null,
    reason: outcome.ok ? null : outcome.reason,
    message: outcome.ok ? null : outcome.message,
  }));
  if (json === true) shell.screen.json({ arrived, items: rows });
  else for (const line of table(rows.map((row) => lineOf(shell, row)))) shell.screen.say(line);
  if (arrived) return rows.every((row) => row.ok) ? EXIT.ok : EXIT.no;
  throw new Failure(link === 'unauthorized' ? EXIT.refused : EXIT.unreachable, `the control plane has not taken all of it (${link}).`, {
    code: link,
    next: 'what was not taken is kept, and goes with the next run',
  });
}

function lineOf(
  { screen: { paint } }: Shell,
  row: { probe: string; ok: boolean; features: number | null; reason: string | null; message: string | null },
): readonly Sayable[] {
  if (row.ok) return [paint.good('sees'), row.probe, `${row.features} feature${row.features === 1 ? '' : 's'}`];
  return [paint.bad('blind'), row.probe, text`${row.message} (${row.reason})`];
}
