/** The connector of a vendor's tool that prints lines: from a command of the agent's file, or from a file that it was saved to. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { latentSeatsAt } from './latent-seats.ts';
import { readLines, type TextLine } from './lines.ts';
import { runOrRead, runOrReadSettings } from './run-or-read.ts';
import { createUnparsed, type Unparsed } from './unparsed.ts';

export interface PrintingTool {
  readonly kind: string;
  readonly title: string;
  /** Its name and a file as examples in the settings. */
  readonly command: string;
  readonly file: string;
  /** Reads what is there and judges nothing; total, whatever the lines. */
  read(lines: readonly TextLine[], context: ReadContext, unparsed: Unparsed): Partial<Snapshot>;
}

export function toolConnector(tool: PrintingTool): Connector {
  const read = async (source: Uint8Array, context: ReadContext): Promise<Snapshot> => {
    const unparsed = createUnparsed();
    const reading = tool.read(readLines(source), context, unparsed);
    return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
  };
  return {
    kind: tool.kind,
    title: tool.title,
    settings: runOrReadSettings(tool.command, tool.file),
    everyAtLeastMs: MINUTE,
    read,
    probe: (settings, tools) => runOrRead(settings, tools, read),
    latentAt: latentSeatsAt,
  };
}
