/** What a command may touch, handed in by `main`: the terminal, the environment, the clock, files named by the user. */
import type { Instant } from '@glidepath/core';
import type { Screen } from './terminal/screen.ts';

export interface Shell {
  readonly screen: Screen;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person sits at the other end and can be asked. */
  readonly isInteractive: boolean;
  now(): Instant;
  readFile(path: string): Promise<Uint8Array>;
  readStdin(): Promise<Uint8Array>;
  /** Asks without showing what is typed; without a terminal, the next line of standard input. */
  readSecret(prompt: string): Promise<string>;
  readonly fetch: typeof fetch;
}
