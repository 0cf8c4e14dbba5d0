/**
 * `glidepath discover`: which licences there are on this machine, in its environment and its cluster, and what ends next.
 *
 * Needs no server and changes nothing. The network is used for two things only, and each can be left out or has to be asked
 * for: `kubectl`, where it is set to a cluster (`--no-kubernetes`), and the addresses found (`--ask`).
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Discovery } from '@glidepath/connectors/discover';
import { dateOf, exactTimeZone, type Instant } from '@glidepath/core';
import type { Row } from '../discover/rows.ts';
import type { Saved } from '../discover/save.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { defaultDataFolder } from '../up/folder.ts';

interface DiscoverOptions {
  readonly save?: string | true;
  readonly replace?: boolean;
  readonly ask?: boolean;
  readonly kubernetes: boolean;
  readonly zone: string;
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Where licences and certificates usually lie, the likeliest first; `*` stands for the rest of a name. */
const DEFAULT_PATHS = [
  ...['/etc', '/usr/local/etc', '/usr/local/flexlm*', '/usr/local/share/flexlm*', '/var/lib/grafana', '/var/opt', '/opt'],
  '.',
] as const;

const HELP = `
Without a PATH it searches: ${DEFAULT_PATHS.join(' ')}
It reads the environment (LM_LICENSE_FILE and its kin, VAULT_ADDR, GITLAB_URL, …) and, where kubectl is set to a
cluster, the certificates and licences in its secrets, decoded in memory. It opens plain files only, follows each
link once, enters no other file system, node_modules or .git, and stops searching after seven seconds. It never
prints or saves a key, token or password. Addresses are listed; only --ask sends them anything, without credentials.`;

export function registerDiscover({ program, shell, acting }: Registrar): void {
  program
    .command('discover')
    .description('find licences and certificates here, and show what ends next; changes nothing')
    .argument('[path...]', 'folders and files to search')
    .option('--save [folder]', `write an inventory for \`up\` and \`apply\` (default: ${inventoryFolder(shell)})`)
    .option('--replace', 'with --save: move a file aside that was changed by hand')
    .option('--ask', 'ask the addresses that were found, once, without credentials')
    .option('--no-kubernetes', 'leave the cluster alone')
    .option('--zone <zone>', 'time zone in which the days of licence files end', 'UTC')
    .option('--all', 'show every row')
    .option('--verbose', 'list notes, and what was left out')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(acting((paths: readonly string[], options: DiscoverOptions) => run(shell, paths, options)));
}

function inventoryFolder(shell: Shell): string {
  return join(defaultDataFolder(shell.env), 'inventory');
}

async function run(shell: Shell, paths: readonly string[], options: DiscoverOptions): Promise<ExitCode> {
  const { zone } = options;
  const exact = exactTimeZone(zone);
  if (exact !== zone) throw usage(`there is no time zone ${zone}.`, { next: `name one as IANA does: --zone ${exact ?? 'Europe/Berlin'}` });
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw usage(`there is no ${missing.join(', ')}.`);
  const now = shell.now();
  const [{ discover }, { runBounded }, { rowsOf }, { discoveryLines }] = await Promise.all([
    import('@glidepath/connectors/discover'),
    import('../discover/run-bounded.ts'),
    import('../discover/rows.ts'),
    import('../discover/view.ts'),
  ]);
  const progress = createProgress(shell);
  const discovery = await discover({
    ...{ paths: paths.length > 0 ? paths.map((path) => resolve(path)) : await defaultPaths(), env: shell.env, zone, now },
    monotonic: () => performance.now(),
    run: options.kubernetes ? runBounded : null,
    egress: options.ask === true ? await askingEgress() : null,
    progress: progress.seen,
  });
  const rows = rowsOf(discovery.found, now);
  const saved = options.save === undefined ? null : await save(shell, discovery, options);
  if (options.json === true) shell.screen.json(jsonOf(rows, discovery, saved, now));
  else {
    const view = { all: options.all === true, verbose: options.verbose === true, from: resolve('.') };
    for (const line of discoveryLines(rows, discovery, now, shell.screen.paint, view)) shell.screen.say(line);
    sayNext(shell, discovery, saved);
  }
  return EXIT.ok;
}

/** Whoever asks means their own network; metadata addresses stay refused. */
async function askingEgress() {
  const { createEgress } = await import('@glidepath/egress');
  return createEgress({ allow: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', 'fc00::/7', '::1/128'] });
}

async function defaultPaths(): Promise<readonly string[]> {
  const found = await Promise.all(
    DEFAULT_PATHS.map(async (path) => {
      if (!path.endsWith('*')) return [resolve(path)];
      const [folder, beginning] = [resolve(path, '..'), path.slice(path.lastIndexOf('/') + 1, -1)];
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.startsWith(beginning)).map((name) => join(folder, name));
    }),
  );
  return found.flat().filter((path) => existsSync(path));
}

const SILENT_MS = 1_000;

/** Says something every second, to the person that waits and to nobody else. */
function createProgress({ screen, isInteractive }: Shell): { seen(progress: Discovery['searched']): void } {
  let saidAt = performance.now();
  return {
    seen({ folders, files }) {
      if (!isInteractive || performance.now() - saidAt < SILENT_MS) return;
      saidAt = performance.now();
      screen.remark(text`searching: ${folders} folders, ${files} files …`);
    },
  };
}

async function save(shell: Shell, discovery: Discovery, { save: folder, replace }: DiscoverOptions): Promise<Saved | null> {
  if (discovery.documents.length === 0) return null;
  const { saveInventory } = await import('../discover/save.ts');
  const to = typeof folder === 'string' ? resolve(folder) : resolve(inventoryFolder(shell));
  return saveInventory(discovery.documents, to, shell.now(), replace === true);
}

function sayNext({ screen }: Shell, { documents, refused }: Discovery, saved: Saved | null): void {
  screen.say();
  for (const { source, why } of refused) screen.remark(text`${screen.paint.warn('not in the inventory:')} ${source}: ${why}`);
  if (saved?.movedTo) screen.remark(text`${screen.paint.warn('moved aside:')} what was changed by hand is now ${saved.movedTo}`);
  if (saved !== null) {
    screen.say(text`Saved ${saved.documents} documents in ${saved.file}`);
    screen.say('next: glidepath up    (watches them; name owners in a file beside it)');
  } else if (documents.length > 0) screen.say('next: glidepath discover --save, then glidepath up');
  else screen.say('next: name the folders where licences lie: glidepath discover FOLDER');
}

function jsonOf(rows: readonly Row[], { skipped, searched, refused }: Discovery, saved: Saved | null, now: Instant): unknown {
  return { takenAt: written(now), found: rows.map(rowJson), skipped, refused, searched, saved };
}

function rowJson({ found, runway }: Row): unknown {
  const { kind, name, product, vendor, issued, count, places, ends, expiresAt, stopsAt, notes, custody } = found;
  return {
    ...{ kind, name, product, vendor, issued, count, places, ends, expiresAt: written(expiresAt), stopsAt: written(stopsAt) },
    runway: { state: runway.state, endsAt: written(runway.endsAt), cause: runway.cause, evidence: runway.evidence },
    ...{ notes, key: custody, owner: null },
  };
}

function written(at: Instant | null): string | null {
  return at === null ? null : dateOf(at);
}
