/** Reads a secret that a person types, without showing it; from a pipe, one line each time. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export function secretReader(input: ReadStream, prompts: NodeJS.WriteStream): (prompt: string) => Promise<string> {
  let piped: AsyncIterator<string> | null = null;
  return async (prompt) => {
    if (!input.isTTY) {
      piped ??= createInterface({ input })[Symbol.asyncIterator]();
      const line = await piped.next();
      return line.done === true ? '' : line.value;
    }
    prompts.write(prompt);
    // The terminal's echo is switched off by readline; what it would write itself goes nowhere.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader: Interface = createInterface({ input, output: silent, terminal: true });
    try {
      return await new Promise((resolve, reject) => {
        reader.question('', resolve);
        reader.once('SIGINT', () => reject(new Failure(EXIT.interrupted, 'interrupted.', { code: 'interrupted' })));
        reader.once('close', () => resolve(''));
      });
    } finally {
      reader.close();
      prompts.write('\n');
    }
  };
}
