/** `glidepath up`: runs a control plane until somebody stops it. */
import { resolve } from 'node:path';
import type { RateLimits } from '@glidepath/server/limiter';
import { Option } from 'commander';
import { DEMO_FOLDER } from '../demo/state.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { VERSION } from '../version.ts';
import { defaultDataFolder } from './folder.ts';
import type { LocalAgentOptions } from './local-agent.ts';
import { requirePort } from './port.ts';
import { tellParent } from './ready-message.ts';

interface UpOptions {
  readonly data?: string;
  readonly port: number;
  readonly host: string;
  readonly databaseUrl?: string;
  readonly alsoEnvironment?: readonly string[];
  readonly demo?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trustedProxy?: readonly string[];
  readonly log?: 'json' | 'text';
  readonly egressAllow?: readonly string[];
  readonly rateLimit?: readonly string[];
}

export const PORT = 7070;
const GRACE_MS = 10_000;
/** The first clients come first. */
const LOCAL_AGENT_AFTER_MS = 1_000;

export function registerUp({ program, shell, acting }: Registrar): void {
  program
    .command('up')
    .description('run a control plane here, with a PostgreSQL of its own or yours')
    .option('--data <folder>', `where its data lie (GLIDEPATH_DATA; default: ${defaultDataFolder(shell.env)})`)
    .option('--port <port>', 'TCP port; 0 for a free one', readPort, PORT)
    .option('--host <address>', 'address to listen on; another than loopback wants TLS', '127.0.0.1')
    .addOption(new Option('--database-url <url>', 'a PostgreSQL of your own instead of the embedded one').env('GLIDEPATH_DATABASE_URL'))
    .option('--tls-cert <file>', 'certificate (PEM), read again when it changes')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--trusted-proxy <address...>', 'proxies whose X-Forwarded-* are believed')
    .addOption(new Option('--log <kind>', 'json or text on standard error; default: text on a terminal').choices(['json', 'text']))
    .option('--egress-allow <range...>', 'addresses beyond public ones that probes and channels may reach, such as 10.0.0.0/8')
    .option(
      '--rate-limit <limit...>',
      'requests a second, and at once, of a known credential or of an address without one: credential=2000/40000 address=50/6000; or off',
    )
    .option('--also-environment <name...>', 'environments to make beside production, such as staging; each has keys of its own')
    .option('--demo', 'with three products, their applications, and seconds for days')
    .action(acting(async (options: UpOptions) => (options.demo === true ? demo(shell, options) : up(shell, options))));
}

function readPort(words: string): number {
  const port = /^\d{1,5}$/.test(words) ? Number(words) : Number.NaN;
  if (!(port <= 65_535)) throw usage(`--port is no port: ${words}`, { details: ['expected: a number from 0 to 65535'] });
  return port;
}

async function demo(shell: Shell, options: UpOptions): Promise<ExitCode> {
  const { runDemo } = await import('../demo/supervise.ts');
  const serverArguments = options.databaseUrl === undefined ? [] : ['--database-url', options.databaseUrl];
  return runDemo(shell, { data: options.data ?? DEMO_FOLDER, port: options.port, serverArguments });
}

async function up(shell: Shell, options: UpOptions): Promise<ExitCode> {
  const began = performance.now();
  const dataDir = resolve(options.data ?? defaultDataFolder(shell.env));
  const tls = tlsOf(options);
  if (options.databaseUrl !== undefined) requireDatabaseUrl(options.databaseUrl);
  const egressAllow = await readRanges(options.egressAllow ?? []);
  const rateLimits = await readLimits(options.rateLimit ?? []);
  const stopAsked = askedToStop();
  await requirePort(options.host, options.port);
  const [{ openDatabase }, { createLog }] = await Promise.all([import('./database.ts'), import('./log.ts')]);
  const log = createLog(shell, options.log ?? (shell.isInteractive ? 'text' : 'json'), VERSION);
  // PostgreSQL starts in processes of its own: the rest is loaded while it does.
  const database = openDatabase({ dataDir, url: options.databaseUrl ?? null, log });
  database.catch(() => {});
  const [{ startControlPlane }, { sayBanner, sayNewRoots }, { createEgress }] = await Promise.all([
    import('./control-plane.ts'),
    import('./banner.ts'),
    import('@glidepath/egress'),
  ]).catch(async (error: unknown) => {
    await database.then(({ stop }) => stop()).catch(() => {});
    throw error;
  });
  const plane = await startControlPlane({
    ...{ dataDir, host: options.host, port: options.port, tls, trustedProxies: options.trustedProxy ?? [] },
    ...{
      database,
      isEmbedded: options.databaseUrl === undefined,
      env: shell.env,
      version: VERSION,
      log,
      egress: createEgress({ allow: egressAllow }),
      rateLimits,
    },
    alsoEnvironments: (options.alsoEnvironment ?? []).map(environmentName),
    onNewRoots: (roots) => sayNewRoots(shell, roots),
  });
  const kind = options.databaseUrl === undefined ? 'embedded PostgreSQL' : 'yours (--database-url)';
  sayBanner(shell, plane, { dataDir, database: kind, elapsedMs: performance.now() - began });
  tellParent({ kind: 'ready', address: plane.address, signInCode: plane.signInCode, roots: plane.roots });
  const local = startSoon({
    dataDir,
    server: plane.server,
    environment: plane.environment,
    egressAllow,
    env: shell.env,
    version: VERSION,
    log,
  });
  const why = await Promise.race([stopAsked.first, plane.failed]);
  shell.screen.remark(text`stopping: what is in flight gets ${GRACE_MS / 1000} s`);
  // A second signal means "now": nobody waits for connections then.
  const hurry = stopAsked.second.then(() => plane.stop(0));
  await Promise.race([local.stop().then(() => plane.stop(GRACE_MS)), hurry]);
  if (typeof why !== 'string') throw new Failure(EXIT.machine, why.message, { code: why.code });
  return EXIT.ok;
}

function environmentName(name: string): string {
  if (/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) return name;
  throw usage(`--also-environment ${name} is no name of an environment.`, {
    details: ['expected: lower-case letters, digits and dashes, such as staging'],
  });
}

async function readRanges(ranges: readonly string[]): Promise<readonly string[]> {
  if (ranges.length === 0) return [];
  const { parseNetwork } = await import('@glidepath/egress');
  const wrong = ranges.find((range) => parseNetwork(range) === null);
  if (wrong === undefined) return ranges;
  throw usage(`--egress-allow ${wrong} is no range of addresses.`, { details: ['expected: such as 10.0.0.0/8 or 192.0.2.7'] });
}

async function readLimits(words: readonly string[]): Promise<RateLimits | 'off'> {
  const { readRateLimits } = await import('@glidepath/server/limiter');
  const limits = readRateLimits(words);
  if (limits !== null) return limits;
  throw usage(`--rate-limit is not understood: ${words.join(' ')}`, {
    details: ['expected: credential=2000/40000 (a second, and at once), address=50/6000, both, or off'],
  });
}

/**
 * The agent of this machine and its connectors, loaded when the control plane serves already: nobody waits for them, and
 * what is wrong with them is a line in the log.
 */
function startSoon(options: LocalAgentOptions): { stop(): Promise<void> } {
  let isStopped = false;
  let started: Promise<(() => Promise<void>) | null> = Promise.resolve(null);
  const timer = setTimeout(() => {
    started = import('./local-agent.ts')
      .then(({ startLocalAgent }) => (isStopped ? null : startLocalAgent(options)))
      .catch((error: unknown) => {
        options.log.error('agent.not-started', { error });
        return null;
      });
  }, LOCAL_AGENT_AFTER_MS);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await (await started)?.();
    },
  };
}

function tlsOf({ tlsCert, tlsKey }: UpOptions): { certFile: string; keyFile: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw usage('--tls-cert and --tls-key belong together: give both.');
  return { certFile: resolve(tlsCert), keyFile: resolve(tlsKey) };
}

function requireDatabaseUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return;
  // The URL itself may hold a password: it is not repeated.
  throw usage('--database-url is no address of a PostgreSQL.', {
    details: ['expected: such as postgresql://user:password@host:5432/glidepath'],
  });
}

/** The first and the second wish to stop. Listened to from the start on, so that an early Ctrl-C leaves no database behind. */
function askedToStop(): { first: Promise<string>; second: Promise<void> } {
  let tellFirst: (signal: string) => void = () => {};
  let tellSecond: () => void = () => {};
  const first = new Promise<string>((resolveFirst) => {
    tellFirst = resolveFirst;
  });
  const second = new Promise<void>((resolveSecond) => {
    tellSecond = resolveSecond;
  });
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count += 1;
      if (count === 1) tellFirst(signal);
      else tellSecond();
    });
  }
  return { first, second };
}
