/** The command's process: the only file that names the system's clock, terminal and network. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { instant } from '@glidepath/core';
import { EXIT } from './exit-codes.ts';
import { run } from './run.ts';
import { createScreen } from './terminal/screen.ts';
import { secretReader } from './terminal/secret.ts';

// `glidepath license list | head` closes the pipe: that is its reader's wish, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  screen: createScreen(process.stdout, process.stderr),
  env: process.env,
  isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  now: () => instant(Date.now()),
  readFile,
  readStdin: () => buffer(process.stdin),
  readSecret: secretReader(process.stdin, process.stderr),
  fetch,
});
