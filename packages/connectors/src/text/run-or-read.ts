/**
 * The probe that connectors of text share: it runs a command or reads a file that the agent's own file allows, and hands
 * the bytes to the reader. What the text means is not decided here.
 */
import {
  type CommandOutput,
  deny,
  failureOf,
  ok,
  PROBE_FAILURES,
  type ProbeOutcome,
  type ProbeTools,
  type ReadContext,
  type SettingRule,
  type Snapshot,
} from '@glidepath/core';
import { readText } from './lines.ts';
import { shownText } from './unparsed.ts';

/** Captures and licence files are smaller; a log is read from its end by other means. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** The settings that `runOrRead` takes. */
export function runOrReadSettings(exampleCommand: string, exampleFile: string): readonly SettingRule[] {
  return [
    {
      name: 'command',
      type: 'command',
      required: false,
      about: `The command to run, by its name in the agent's own file, such as \`${exampleCommand}\`; this or \`file\`.`,
    },
    {
      name: 'file',
      type: 'file',
      required: false,
      about: `The file to read, below a folder that the agent's own file names, such as \`${exampleFile}\`; this or \`command\`.`,
    },
  ];
}

export type ReadText = (source: Uint8Array, context: ReadContext) => Promise<Snapshot>;

/**
 * Gathers by `command` or `file` and reads.
 *
 * A running command speaks of now, so that dates without a year are completed by the agent's clock. A file may be old: its
 * own date counts, and where it has none nothing is completed.
 */
export async function runOrRead(settings: Readonly<Record<string, unknown>>, tools: ProbeTools, read: ReadText): Promise<ProbeOutcome> {
  const { command, file } = settings;
  const context: ReadContext = { zone: tools.zone, now: null, verifyWith: null, openWith: null };
  if (isName(command) && file === undefined) {
    const ran = await tools.run(command);
    return ran.ok ? judged(await read(ran.value.stdout, { ...context, now: tools.now }), ran.value) : ran;
  }
  if (isName(file) && command === undefined) {
    const found = await tools.readFile(file, FILE_BYTES_MAX);
    return found.ok ? judged(await read(found.value, context), null) : found;
  }
  return deny('bad-settings', 'a probe of this kind has either `command`, the name of a command, or `file`, the path of a file', {});
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Success that saw nothing is a failure: a green light without data behind it has hidden outages. */
function judged(snapshot: Snapshot, output: CommandOutput | null): ProbeOutcome {
  const failure = failureOf(snapshot);
  if (failure === null) return ok(snapshot);
  if (failure === 'unreadable' && output && output.exitCode !== 0) return commandFailed(output);
  return deny(failure, PROBE_FAILURES[failure].sentence, { unparsedCount: snapshot.unparsedCount });
}

function commandFailed(output: CommandOutput): ProbeOutcome {
  const said = shownText(readText(output.stderr.subarray(0, SAID_BYTES_MAX)));
  const message = `the command ended with code ${output.exitCode} and nothing in its output was recognised`;
  return deny('command-failed', said === '' ? message : `${message}: ${said}`, { exitCode: output.exitCode });
}

const SAID_BYTES_MAX = 1_000;
