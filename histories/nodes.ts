/** The control plane's processes: each is started again whenever it ends, as a service manager would, until all are stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { isReadyMessage, type ReadyMessage } from '../packages/cli/src/up/ready-message.ts';
import type { Plant } from './plants.ts';
import type { Wire } from './wire.ts';

const ENTRY = join(import.meta.dirname, 'node.ts');
const AGAIN_MS = 200;

export interface NodeOptions {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly sealKey: string;
  readonly plant: Plant | null;
  readonly wire: Wire;
}

export interface ControlPlaneNode {
  /** What it said when it served for the first time. */
  readonly first: Promise<ReadyMessage>;
  /** False where there was no process to kill. */
  kill(): boolean;
  pause(): void;
  resume(): void;
  stepClock(ms: number): void;
  isServing(): boolean;
  /** How often it was started. */
  starts(): number;
  stop(): Promise<void>;
}

export function startNode(options: NodeOptions): ControlPlaneNode {
  let child: ChildProcess | null = null;
  let isServing = false;
  let isStopping = false;
  let starts = 0;
  let told: (ready: ReadyMessage) => void = () => {};
  const first = new Promise<ReadyMessage>((resolve) => {
    told = resolve;
  });
  let ended: Promise<void> = Promise.resolve();

  function start(): void {
    starts += 1;
    const started = launch(options);
    child = started;
    started.on('message', (message) => {
      if (!isReadyMessage(message)) return;
      isServing = true;
      options.wire.pointTo(Number(new URL(message.address).port));
      told(message);
    });
    ended = new Promise((resolve) => {
      started.once('exit', () => {
        child = null;
        isServing = false;
        options.wire.pointTo(null);
        if (!isStopping) setTimeout(() => isStopping || start(), AGAIN_MS);
        resolve();
      });
    });
  }

  start();
  return {
    first,
    kill: () => child?.kill('SIGKILL') ?? false,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    stepClock: (stepMs) => void (child?.connected === true && child.send({ stepMs }, () => {})),
    isServing: () => isServing,
    starts: () => starts,
    async stop() {
      isStopping = true;
      child?.kill('SIGKILL');
      await ended;
    },
  };
}

function launch({ folder, databaseUrl, sealKey, plant }: NodeOptions): ChildProcess {
  const args = ['--no-warnings', ENTRY, 'up', '--data', folder, '--port', '0', '--log', 'json', '--database-url', databaseUrl];
  const env = { ...process.env, GLIDEPATH_SEAL_KEY: sealKey, ...(plant === null ? {} : { GLIDEPATH_HISTORIES_PLANT: plant }) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  // Kept beside the data, for whoever has to find out why; the folder goes when the history is sound.
  child.stderr?.pipe(createWriteStream(`${folder}.log`, { flags: 'a' }));
  return child;
}
