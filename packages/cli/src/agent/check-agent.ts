/** `glidepath agent check`: what of the local file works on this machine now. Reports nothing to anybody. */
import { access, constants } from 'node:fs/promises';
import { createSecretReader, runProbe, type ToolsFor } from '@glidepath/agent';
import { connectorNamed } from '@glidepath/connectors';
import type { AgentFile } from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { systemScheduler } from '../up/system.ts';
import type { AgentCommandOptions } from './command-options.ts';
import { deadlineOf, readLocalFile, toolsOf, wayToServer } from './local-agent.ts';

interface Finding {
  readonly what: 'command' | 'folder' | 'credential' | 'control plane' | 'probe';
  readonly name: string;
  readonly ok: boolean;
  /** Never a secret, nor what a command said. */
  readonly says: string;
}

export async function checkAgent(shell: Shell, options: AgentCommandOptions & { config: string }): Promise<ExitCode> {
  const file = await readLocalFile(shell, options.config);
  const tools = await toolsOf(shell, file);
  const findings = [
    ...(await Promise.all(file.folders.map(folderFinding))),
    ...(await Promise.all(file.credentials.map((credential) => credentialFinding(shell, credential)))),
    ...(await commandFindings(file, tools, shell)),
    ...(await serverFindings(shell, file, tools, options)),
  ];
  if (options.json === true) shell.screen.json({ agent: file.name, items: findings });
  else for (const line of linesOf(shell, file, findings)) shell.screen.say(line);
  return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.no;
}

async function folderFinding(name: string): Promise<Finding> {
  const isReadable = await access(name, constants.R_OK).then(
    () => true,
    () => false,
  );
  return { what: 'folder', name, ok: isReadable, says: isReadable ? 'can be read' : 'is not there, or may not be read' };
}

async function credentialFinding({ env }: Shell, { name, from, hosts }: AgentFile['credentials'][number]): Promise<Finding> {
  const secret = await createSecretReader(env)(from);
  return { what: 'credential', name, ok: secret.ok, says: secret.ok ? `goes to ${hosts.join(', ')}` : secret.message };
}

/** One after the other: they may ask the same server. */
async function commandFindings({ commands }: AgentFile, tools: ToolsFor, shell: Shell): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name } of commands) {
    const began = performance.now();
    const ran = await tools(shell.now(), 'UTC').run(name);
    const tookMs = Math.round(performance.now() - began);
    const says = ran.ok ? `ended with ${ran.value.exitCode} after ${tookMs} ms and said ${ran.value.stdout.length} bytes` : ran.message;
    findings.push({ what: 'command', name, ok: ran.ok, says });
  }
  return findings;
}

async function serverFindings(shell: Shell, file: AgentFile, tools: ToolsFor, options: AgentCommandOptions): Promise<readonly Finding[]> {
  if (options.server === undefined && file.server === null) return [];
  const { server, transport } = await wayToServer(shell, file, options);
  const tasks = await transport.tasks();
  if (!tasks.ok) return [{ what: 'control plane', name: server, ok: false, says: tasks.message }];
  const findings: Finding[] = [{ what: 'control plane', name: server, ok: true, says: `assigns ${tasks.value.length} probes` }];
  const world = { scheduler: systemScheduler, deadlineMs: deadlineOf(file) };
  for (const task of tasks.value) {
    const outcome = await runProbe(connectorNamed(task.kind), task, tools(shell.now(), task.zone), world);
    const says = outcome.ok ? `sees ${outcome.snapshot.features.length} features` : `${outcome.message} (${outcome.reason})`;
    findings.push({ what: 'probe', name: task.name, ok: outcome.ok, says });
  }
  return findings;
}

function linesOf({ screen: { paint } }: Shell, { name }: AgentFile, findings: readonly Finding[]) {
  const bad = findings.filter(({ ok }) => !ok).length;
  const rows = findings.map((finding): readonly Sayable[] => [
    finding.ok ? paint.good('ok') : paint.bad('bad'),
    finding.what,
    finding.name,
    finding.says,
  ]);
  return [...table(rows), text`${name}: ${bad === 0 ? 'everything works' : `${bad} of ${findings.length} do not work`}`];
}
