/**
 * Any command that the agent's own file names: it prints a snapshot in our own JSON, or what another kind reads.
 *
 * The way in for license servers that no connector knows, and for tools that need a wrapper. The exit code counts only where
 * nothing was said: vendors' tools end with all sorts of codes.
 */
import { type Connector, deny, MINUTE, type ProbeOutcome, type ProbeTools } from '@glidepath/core';
import { contextOf, judged, nothingRead } from '../api/index.ts';
import { readSnapshotJson } from '../json/snapshot-json.ts';
import { readText, shownText } from '../text/index.ts';

type Reader = Pick<Connector, 'read'>;

const OWN: Reader = { read: async (source, { zone }) => readSnapshotJson(source, zone) ?? nothingRead(source) };

/** `readerNamed`: what else a command may print, by kind. */
export function commandConnectorOver(readerNamed: (kind: string) => Reader | null): Connector {
  return {
    kind: 'command',
    title: 'A command of your own',
    settings: [
      { name: 'command', type: 'command', required: true, about: "The command, by its name in the agent's own file, such as `seats`." },
      {
        name: 'format',
        type: 'text',
        required: false,
        about: 'What it prints: `json` (default: what `glidepath probe --json` prints), or another kind, such as `flexlm`.',
      },
    ],
    everyAtLeastMs: MINUTE,
    read: OWN.read,
    probe({ command, format = 'json' }, tools) {
      const isOwn = format === 'json' || format === 'command';
      const reader = isOwn ? OWN : typeof format === 'string' ? readerNamed(format) : null;
      return probe(command, reader, tools);
    },
  };
}

async function probe(command: unknown, reader: Reader | null, tools: ProbeTools): Promise<ProbeOutcome> {
  if (typeof command !== 'string' || command === '') return deny('bad-settings', "`command` is a name in the agent's own file");
  if (!reader) return deny('bad-settings', '`format` is `json`, or a kind that `glidepath probe --help` lists');
  const ran = await tools.run(command);
  if (!ran.ok) return ran;
  const { stdout, stderr, exitCode } = ran.value;
  const outcome = judged(await reader.read(stdout, contextOf(tools)));
  if (outcome.ok || outcome.reason !== 'unreadable' || exitCode === 0) return outcome;
  const said = shownText(readText(stderr.subarray(0, SAID_BYTES_MAX)));
  return deny(
    'command-failed',
    `The command ended with code ${exitCode} and printed nothing that can be read${said === '' ? '.' : `: ${said}`}`,
    {
      exitCode,
    },
  );
}

const SAID_BYTES_MAX = 1_000;
