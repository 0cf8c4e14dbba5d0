/** What `glidepath demo …` in another terminal needs to know of a running demo; readable by its owner only, for it holds license keys. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DemoState {
  readonly supervisor: number;
  /** Null while nothing serves. */
  readonly controlPlane: number | null;
  readonly address: string;
  readonly roots: readonly string[];
  readonly licenses: Readonly<Record<string, { readonly id: string; readonly key: string }>>;
}

export const DEMO_FOLDER = join('.glidepath', 'demo');

const stateFile = (folder: string) => join(folder, 'demo.json');

export function writeState(folder: string, state: DemoState): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** Null when no demo was ever started in this folder. */
export function readState(folder: string): DemoState | null {
  try {
    return JSON.parse(readFileSync(stateFile(folder), 'utf8')) as DemoState;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
