/**
 * `glidepath break-glass`: leases for the day on which the control plane is gone and the path is too short.
 *
 * `prepare` fetches a grant while the control plane is still there: a kit that may sign leases of one license, up to a tier
 * and a number of seats, until an instant. `sign` needs no network: it signs a lease for one installation, which uses it
 * once, says so in its log, and tells the control plane at the first contact. A kit is a secret: whoever has it can sign.
 */
import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { formatInstant, instant } from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { parseWhen } from '../when.ts';
import { type BreakGlassKit, isKit, type LicenseExport, signBreakGlassLease } from './break-glass-kit.ts';
import { type Asking, online } from './online.ts';

interface PrepareOptions {
  readonly tier: string;
  readonly seats: string;
  readonly until: string;
  readonly out: string;
}

interface SignOptions {
  readonly holder: string;
  readonly out: string;
  readonly json?: boolean;
}

export function registerBreakGlass(registrar: Registrar): void {
  const group = registrar.program.command('break-glass').description('leases for the day on which the control plane is gone');
  const prepare = group
    .command('prepare <license>')
    .description('fetch a kit that can sign leases of one license, while the control plane is there');
  prepare
    .requiredOption('--tier <name>', 'best tier of a lease')
    .requiredOption('--seats <count>', 'seats that its leases may speak of')
    .requiredOption('--until <when>', 'end of the kit and its leases, at most 30 days from now')
    .requiredOption('--out <file>', 'where to write the kit; keep it like a key');
  online<PrepareOptions>(registrar, prepare, fetchKit);
  group
    .command('sign <kit>')
    .description('sign a lease for one installation; needs no network')
    .requiredOption('--holder <thumbprint>', 'the installation, as `lease list` shows it and the client logs it')
    .requiredOption('--out <file>', 'where to write the lease, for GLIDEPATH_BREAK_GLASS of the application')
    .addOption(jsonOption())
    .action(registrar.acting(async (kit: string, options: SignOptions) => signLease(registrar.shell, kit, options)));
}

async function fetchKit({ api, shell, paint, options, answer }: Asking<PrepareOptions>, license = ''): Promise<ExitCode> {
  if (!/^\d{1,9}$/.test(options.seats)) throw usage(`--seats is no number: ${options.seats}`);
  const until = parseWhen(options.until, shell.now(), '--until', true);
  const body = { license, tier: options.tier, seats: Number(options.seats), until, purpose: 'break-glass' };
  const exported = await api.get<LicenseExport>(`/v1/licenses/${encodeURIComponent(license)}/export`);
  const granted = await api.post<{ grant: string; seed: string }>('/v1/grants', body);
  const kit: BreakGlassKit = {
    kind: 'glidepath-break-glass',
    version: 1,
    ...granted,
    license: { license: exported.license, terms: exported.terms, policies: exported.policies },
  };
  await writeSecret(options.out, `${JSON.stringify(kit, null, 2)}\n`);
  return answer({ license, tier: options.tier, seats: body.seats, until, file: options.out }, [
    text`${paint.good('prepared')} ${options.out}: up to tier ${options.tier}, until ${formatInstant(until)}`,
    'Keep it where the control plane is not, and like a key: whoever has it can sign.',
    text`then: glidepath break-glass sign ${options.out} --holder THUMBPRINT --out lease.jwt`,
  ]);
}

async function signLease(shell: Shell, file: string, { holder, out, json }: SignOptions): Promise<ExitCode> {
  const kit = await readKit(shell, file);
  if (!/^[A-Za-z0-9_-]{43}$/.test(holder)) {
    throw usage(`--holder is no thumbprint: ${holder}`, { details: ['expected: 43 characters, as `glidepath lease list` shows a holder'] });
  }
  const now = shell.now();
  const signed = signBreakGlassLease(kit, holder, now, randomBytes);
  if (!signed.ok) throw new Failure(EXIT.usage, signed.message, { code: signed.reason, next: 'glidepath break-glass prepare LICENSE …' });
  await writeSecret(out, `${signed.value.word}\n`);
  const { tier, until } = signed.value;
  if (json === true) shell.screen.json({ holder, tier, until, file: out });
  else {
    shell.screen.say(text`${shell.screen.paint.good('signed')} ${out}: tier ${tier} for ${holder}, until ${formatInstant(instant(until))}`);
    shell.screen.say(text`next: start the application with GLIDEPATH_BREAK_GLASS=${out}`);
  }
  return EXIT.ok;
}

async function readKit(shell: Shell, file: string): Promise<BreakGlassKit> {
  let kit: unknown;
  try {
    kit = JSON.parse(new TextDecoder().decode(await shell.readFile(file)));
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isKit(kit)) throw usage(`${file} is no break-glass kit of version 1.`, { next: 'glidepath break-glass prepare LICENSE …' });
  return kit;
}

/** Never over a file that is there: it may be another kit, or the lease of another installation. */
async function writeSecret(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: 'wx' });
    await chmod(path, 0o600);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw usage(
      exists
        ? `${path} exists already and is not overwritten.`
        : `${path} cannot be written: ${error instanceof Error ? error.message : error}`,
    );
  }
}
