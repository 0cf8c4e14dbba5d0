/** Gathers what `glidepath probe` is about, has the connector read it, and prints what it saw. */
import { createProbeTools, readAgentFile } from '@glidepath/agent';
import { CONNECTORS, connectorNamed } from '@glidepath/connectors';
import {
  type AgentFile,
  CLOSED_AGENT_FILE,
  type Connector,
  EMPTY_SNAPSHOT,
  exactTimeZone,
  failureOf,
  formatDuration,
  type Instant,
  latentRisks,
  nearest,
  PROBE_FAILURES,
  type Snapshot,
} from '@glidepath/core';
import { createEgress, parseNetwork } from '@glidepath/egress';
import { type ProbeFailure, probeJson } from '@glidepath/protocol/probe';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { systemScheduler } from '../up/system.ts';
import { parseWhen } from '../when.ts';
import { probeLines } from './probe-lines.ts';
import type { ProbeOptions } from './probe-options.ts';
import { readSettings } from './settings.ts';

/** Everything with its settings; worth a look before writing an inventory. */
export function listKinds({ screen }: Shell, { json }: ProbeOptions): ExitCode {
  const kinds = CONNECTORS.map(({ kind, title, everyAtLeastMs, settings }) => ({ kind, title, everyAtLeastMs, settings }));
  if (json === true) screen.json(kinds);
  else for (const line of kindLines(screen.paint.bold)) screen.say(line);
  return EXIT.ok;
}

function kindLines(bold: (value: Sayable) => Safe): readonly Safe[] {
  return CONNECTORS.flatMap((connector) => [
    text`${bold(connector.kind)}  ${connector.title}; asked at most every ${formatDuration(connector.everyAtLeastMs)}`,
    ...settingLines(connector),
  ]);
}

function settingLines({ settings }: Connector): readonly Safe[] {
  return table(
    settings.map(({ name, type, required, about }): readonly Sayable[] => [name, required ? `${type}, required` : type, about]),
    { indent: 4 },
  );
}

interface Seen {
  readonly snapshot: Snapshot;
  readonly failure: ProbeFailure | null;
}

export async function probe(shell: Shell, kind: string, options: ProbeOptions): Promise<ExitCode> {
  const connector = connectorNamed(kind);
  if (connector === null) throw unknownKind(kind);
  const zone = exactTimeZone(options.zone);
  if (zone === null) throw usage(`--zone ${options.zone} is no time zone.`, { details: ['expected: an IANA name, such as Europe/Berlin'] });
  const now = options.now === undefined ? null : parseWhen(options.now, shell.now(), '--now');
  const seen =
    options.input === undefined
      ? await askServer(shell, connector, options, zone)
      : await readSaved(shell, connector, options.input, options, zone, now);
  const asOf = now ?? seen.snapshot.takenAt ?? shell.now();
  const snapshot = withLatent(connector, seen.snapshot, asOf);
  if (options.json === true) shell.screen.json(probeJson(snapshot, seen.failure));
  else for (const line of probeLines(snapshot, seen.failure, { asOf, zone, paint: shell.screen.paint })) shell.screen.say(line);
  return seen.failure === null ? EXIT.ok : EXIT.no;
}

function withLatent({ latentAt }: Connector, snapshot: Snapshot, asOf: Instant): Snapshot {
  if (latentAt === undefined || snapshot.latent.length > 0) return snapshot;
  return { ...snapshot, latent: latentRisks(latentAt, snapshot, asOf) };
}

function unknownKind(kind: string): Failure {
  const kinds = CONNECTORS.map((connector) => connector.kind);
  const near = nearest(kind, kinds);
  return usage(`there is no probe of the kind ${kind}.${near === null ? '' : ` Did you mean ${near}?`}`, {
    code: 'unknown-kind',
    details: [text`kinds: ${kinds.join(', ')}`],
    next: 'glidepath probe',
  });
}

async function readSaved(
  shell: Shell,
  connector: Connector,
  input: string,
  options: ProbeOptions,
  zone: string,
  now: Instant | null,
): Promise<Seen> {
  for (const [given, name] of [[options.set, '--set'] as const, [options.agentFile, '--agent-file'] as const]) {
    if (given !== undefined) throw usage(`--input reads a saved output and ${name} asks a server: give one of them.`);
  }
  const source = await bytesOf(shell, input);
  const verifyWith = options.verifyWith === undefined ? null : await bytesOf(shell, options.verifyWith);
  const openWith = options.openWith === undefined ? null : await secretOf(shell, options.openWith);
  const snapshot = await connector.read(source, { zone, now, verifyWith, openWith });
  const reason = failureOf(snapshot);
  return { snapshot, failure: reason === null ? null : { reason, message: PROBE_FAILURES[reason].sentence } };
}

async function askServer(shell: Shell, connector: Connector, options: ProbeOptions, zone: string): Promise<Seen> {
  if (options.set === undefined) {
    throw usage(`there is nothing to read: --input FILE reads a saved output, --set NAME=VALUE asks the server itself.`, {
      details: connector.settings.map(({ name, about }) => text`--set ${name}=…  ${about}`),
    });
  }
  for (const [given, name] of [
    [options.verifyWith, '--verify-with'],
    [options.openWith, '--open-with'],
    [options.now, '--now'],
  ] as const) {
    if (given !== undefined) throw usage(`${name} belongs to --input; a server is asked with --set.`);
  }
  const settings = readSettings(connector, options.set);
  const toolsFor = await localTools(shell, options);
  const outcome = await connector.probe(settings, toolsFor(shell.now(), zone));
  if (!outcome.ok) return { snapshot: EMPTY_SNAPSHOT, failure: { reason: outcome.reason, message: outcome.message } };
  const reason = failureOf(outcome.value);
  return { snapshot: outcome.value, failure: reason === null ? null : { reason, message: PROBE_FAILURES[reason].sentence } };
}

/** Who types this may read their own files anyway; commands and credentials need an agent's file that names them. */
async function localTools(shell: Shell, options: ProbeOptions) {
  const file = options.agentFile === undefined ? { ...CLOSED_AGENT_FILE, folders: ['/'] } : await agentFileOf(shell, options.agentFile);
  const allow = [...file.egress.allow, ...(options.egressAllow ?? [])];
  const wrong = allow.find((range) => parseNetwork(range) === null);
  if (wrong !== undefined) throw usage(`${wrong} is no range of addresses.`, { details: ['expected: such as 10.0.0.0/8'] });
  const ca = file.egress.ca === null ? [] : [new TextDecoder().decode(await bytesOf(shell, file.egress.ca))];
  const egress = createEgress({ allow, ca });
  return createProbeTools({ file, egress, scheduler: systemScheduler, env: shell.env, isRoot: process.getuid?.() === 0 });
}

async function agentFileOf(shell: Shell, path: string): Promise<AgentFile> {
  const { file, violations } = readAgentFile(await bytesOf(shell, path));
  if (file !== null) return file;
  throw new Failure(EXIT.usage, `${path} is no valid file of an agent.`, {
    code: 'agent-file-invalid',
    details: violations.map(
      ({ line, column, message, found, expected }) => text`${path}:${line}:${column}  ${message}: found ${found}, expected ${expected}`,
    ),
  });
}

/** `-` is standard input. */
async function bytesOf(shell: Shell, path: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await shell.readStdin() : await shell.readFile(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw usage(`${path} cannot be read: ${why}.`, { code: 'no-such-file' });
  }
}

/** What opens a source never stands on a command line, where every user of the machine could read it. */
async function secretOf(shell: Shell, reference: string): Promise<string> {
  if (reference.startsWith('file:')) return new TextDecoder().decode(await bytesOf(shell, reference.slice(5))).replace(/\r?\n$/, '');
  const value = reference.startsWith('env:') ? shell.env[reference.slice(4)] : undefined;
  if (value !== undefined && value !== '') return value;
  throw usage('--open-with names nothing that can be read.', { details: ['expected: env:NAME of a variable that is set, or file:PATH'] });
}
