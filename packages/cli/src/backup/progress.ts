/** A line for each second that something takes, from the second one on. */
import type { Progress } from '@glidepath/server/backup';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';

const EVERY_MS = 1_000;

export function sayProgress(shell: Shell, done: string): (progress: Progress) => void {
  let saidAt: number = shell.now();
  return ({ table, rows }) => {
    const now = shell.now();
    if (now - saidAt < EVERY_MS) return;
    saidAt = now;
    shell.screen.remark(text`${table}: ${rows} rows ${done}`);
  };
}
