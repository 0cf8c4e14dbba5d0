/** Runs a program as discovery may: no shell, nothing on its standard input, killed when it takes too long or says too much. */
import { spawn } from 'node:child_process';
import type { Run, RunOutput } from '@glidepath/connectors/discover';

export const runBounded: Run = ([program = '', ...args], { timeoutMs, bytesMax }) =>
  new Promise<RunOutput | null>((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    const parts: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (part: Buffer) => {
      length += part.length;
      if (length > bytesMax) child.kill('SIGKILL');
      else parts.push(part);
    });
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code === null || length > bytesMax ? null : { code, stdout: Buffer.concat(parts) }));
  });
