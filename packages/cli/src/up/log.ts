/** How a running node tells what happens: JSON lines for machines, short lines for a person who started it in a terminal. */
import type { Log } from '@glidepath/server';
import { createJsonLog } from '@glidepath/server/json-log';
import type { Shell } from '../shell.ts';
import { Safe, safeJson, text } from '../terminal/safe-text.ts';

/** To standard error: standard output belongs to the banner. */
export function createLog(shell: Shell, kind: 'json' | 'text', version: string): Log {
  if (kind === 'json') return createJsonLog({ version, destination: process.stderr });
  const { paint } = shell.screen;
  const line =
    (mark: ReturnType<typeof text>) =>
    (event: string, facts: Readonly<Record<string, unknown>> = {}) => {
      const told = Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, fact instanceof Error ? fact.message : fact]));
      const time = new Date(shell.now()).toTimeString().slice(0, 8);
      shell.screen.remark(text`${paint.dim(time)}  ${mark}  ${event}  ${paint.dim(new Safe(safeJson(told, 0).slice(1, -1)))}`);
    };
  return { debug() {}, info: line(text`info`), warn: line(text`${paint.warn('warn')}`), error: line(text`${paint.bad('error')}`) };
}
