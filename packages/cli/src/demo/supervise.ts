/**
 * `glidepath up --demo`: runs the control plane and three applications as processes of their own, and shows how they stand.
 *
 * This process serves nothing and licenses nothing. It starts the others, restarts the control plane when `demo back`
 * asks for it (SIGUSR2), and stops all of them at the end; when somebody kills the control plane it only says so.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';
import { type ApplicationSettings, SETTINGS_VARIABLE } from './application-settings.ts';
import { Board } from './board.ts';
import { JournalReader, journalFile } from './journal.ts';
import { DEMO_PRODUCTS } from './products.ts';
import { featuresOf, provision } from './provision.ts';
import { type DemoState, isAlive, readState, writeState } from './state.ts';

export interface DemoSettings {
  readonly data: string;
  readonly port: number;
  /** Arguments handed on to the control plane's own `up`. */
  readonly serverArguments: readonly string[];
}

const PATIENCE_MS = 60_000;
const LAUNCHER = resolve(import.meta.dirname, '..', '..', 'bin', 'glidepath.mjs');
const APPLICATION = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? 'application.ts' : 'application.js');

export async function runDemo(shell: Shell, settings: DemoSettings): Promise<ExitCode> {
  const folder = resolve(settings.data);
  const running = readState(folder);
  if (running !== null && isAlive(running.supervisor) && running.supervisor !== process.pid)
    throw new Failure(EXIT.machine, `The demo runs already, as process ${running.supervisor}.`, {
      code: 'demo-runs',
      next: 'npx glidepath demo outage',
    });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(journalFile(folder), { force: true });
  const demo = new Demo(shell, folder, settings);
  return demo.run();
}

class Demo {
  private readonly shell: Shell;
  private readonly folder: string;
  private readonly settings: DemoSettings;
  private readonly applications: ChildProcess[] = [];
  private controlPlane: ChildProcess | null = null;
  private state: DemoState | null = null;
  private board: Board | null = null;
  private isStopping = false;

  constructor(shell: Shell, folder: string, settings: DemoSettings) {
    this.shell = shell;
    this.folder = folder;
    this.settings = settings;
  }

  async run(): Promise<ExitCode> {
    const { screen } = this.shell;
    screen.say(text`Starting the control plane …`);
    const ready = await this.serve();
    const licenses = await provision(this.shell, { ready, known: readState(this.folder)?.licenses ?? {} });
    this.remember({
      supervisor: process.pid,
      controlPlane: this.controlPlane?.pid ?? null,
      address: ready.address,
      roots: ready.roots,
      licenses,
    });
    for (const { name } of DEMO_PRODUCTS) this.applications.push(await this.startApplication(name));
    await this.everyoneLicensed();
    this.board = new Board(this.shell, this.folder);
    screen.say(text`${DEMO_PRODUCTS.length} applications run under their own policies, in which a second stands for a day.`);
    screen.say(text`next, in a second terminal: ${screen.paint.bold('npx glidepath demo outage')}\n`);
    this.board.start();
    process.on('SIGUSR2', () => void this.back());
    await new Promise<void>((stop) => {
      process.once('SIGINT', stop);
      process.once('SIGTERM', stop);
    });
    this.board.stop();
    await this.stop();
    return EXIT.ok;
  }

  /** Starts the control plane and waits until it serves. */
  private serve(): Promise<ReadyMessage> {
    const { serverArguments } = this.settings;
    // Applications know one address: after an outage the control plane comes back on the port that it had.
    const port = this.state === null ? this.settings.port : Number(new URL(this.state.address).port);
    const args = [LAUNCHER, 'up', '--data', join(this.folder, 'server'), '--port', String(port), ...serverArguments];
    // Its banner holds what is shown once (sign-in, passphrases of the roots): kept for this user, who may want it later.
    const output = this.outputFile('control-plane.txt');
    const child = spawn(process.execPath, args, { stdio: ['ignore', output, 'pipe', 'ipc'] });
    closeSync(output);
    this.controlPlane = child;
    let errors = '';
    child.stderr?.on('data', (part: Buffer) => {
      errors = (errors + part.toString()).slice(-4_000);
    });
    return new Promise((serves, fails) => {
      child.on('message', (message) => {
        if (isReadyMessage(message)) serves(message);
      });
      child.once('exit', (code, signal) => {
        this.gone(signal ?? String(code));
        fails(
          new Failure(EXIT.machine, `The control plane did not start (${signal ?? code}).`, {
            code: 'no-start',
            details: errors.trim().split('\n'),
          }),
        );
      });
    });
  }

  private gone(how: string): void {
    this.controlPlane = null;
    if (this.state === null || this.isStopping) return;
    this.remember({ ...this.state, controlPlane: null });
    this.say(text`The control plane is gone (${how}). The applications go on.`);
  }

  private servingPid(): number | null {
    return this.controlPlane?.pid ?? null;
  }

  /** Above the board, once there is one. */
  private say(line: Safe): void {
    if (this.board === null) this.shell.screen.say(line);
    else this.board.say(line);
  }

  private async back(): Promise<void> {
    if (this.controlPlane !== null || this.state === null || this.isStopping) return;
    const { state } = this;
    try {
      await this.serve();
      this.remember({ ...state, controlPlane: this.servingPid() });
      this.say(text`The control plane is back.`);
    } catch (error) {
      this.shell.screen.remark(text`${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async startApplication(product: string): Promise<ChildProcess> {
    const license = this.state?.licenses[product];
    const settings: ApplicationSettings = {
      product,
      folder: this.folder,
      server: this.state?.address ?? '',
      licenseKey: license?.key ?? '',
      roots: this.state?.roots ?? [],
      features: await featuresOf(product),
    };
    const output = this.outputFile(`${product}.txt`);
    const env = { ...process.env, [SETTINGS_VARIABLE]: JSON.stringify(settings) };
    const child = spawn(process.execPath, [APPLICATION], { stdio: ['ignore', output, output, 'ipc'], env });
    closeSync(output);
    return child;
  }

  /** Readable by this user only: what processes say may hold what is shown once. */
  private outputFile(name: string): number {
    return openSync(join(this.folder, name), 'a', 0o600);
  }

  /** Waits until each application has its first signed word. */
  private async everyoneLicensed(): Promise<void> {
    const reader = new JournalReader(this.folder, 'beginning');
    const waiting = new Set(DEMO_PRODUCTS.map(({ name }) => name));
    const patienceEnds = performance.now() + PATIENCE_MS;
    while (waiting.size > 0) {
      for (const { application, tier } of reader.next()) if (tier !== null) waiting.delete(application);
      if (performance.now() > patienceEnds)
        throw new Failure(EXIT.machine, `No licence reached ${[...waiting].join(', ')}.`, {
          code: 'no-lease',
          next: `look into ${this.folder}`,
        });
      if (waiting.size > 0) await wait(100);
    }
  }

  private remember(state: DemoState): void {
    this.state = state;
    writeState(this.folder, state);
  }

  /** Applications first, so that they give their seats back to somebody. */
  private async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.applications.map(end));
    if (this.controlPlane !== null) await end(this.controlPlane);
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((ended) => {
    child.once('exit', () => ended());
    child.kill('SIGTERM');
  });
}
