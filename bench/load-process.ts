/**
 * A load in a process of its own: it prints a line when it has made what it will send, waits for one, runs, and prints what it
 * saw as one line of JSON.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `file` lies beside this one. Throws when the process ends before it has said what it saw. */
export async function runLoad<Report>(file: string, order: object): Promise<Report> {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, file), JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the load ended before it said what it saw');
    return value as string;
  };
  await read();
  child.stdin.end('\n');
  return JSON.parse(await read()) as Report;
}
