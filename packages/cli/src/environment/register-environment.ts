/** `glidepath environment settings`: how an environment treats changes, shown and changed. */
import { formatDuration, parseDuration, type Settings } from '@glidepath/core';
import { Option } from 'commander';
import { type ApprovalNeeded, isWaiting, waitingLines } from '../approval/register-approval.ts';
import { type Asking, online } from '../commands/online.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { basisPoints } from '../policy-rollout/promote.ts';
import { share } from '../policy-rollout/rollout-view.ts';
import type { Registrar } from '../registrar.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';

interface Changes {
  readonly promotion?: Settings['promotion'];
  readonly twoPersons?: 'on' | 'off';
  readonly massChange?: string;
  readonly massChangeMin?: string;
  readonly massChangeWindow?: string;
  readonly recording?: Settings['recording'];
  readonly sample?: string;
  readonly reason?: string;
}

type Shown = Settings & { readonly environment: string };

export function registerEnvironment(registrar: Registrar): void {
  const environment = registrar.program.command('environment').description('how an environment treats changes');
  const settings = environment
    .command('settings')
    .description('show the settings, or change those that are named')
    .addOption(
      new Option('--promotion <how>', 'staged: shadow, canary, everybody; direct: any stage at once').choices(['staged', 'direct']),
    )
    .addOption(new Option('--two-persons <switch>', 'what puts a version in force waits for a second person').choices(['on', 'off']))
    .option('--mass-change <percent>', 'more of the live licenses than this, suspended or revoked at once, wait for a second person')
    .option('--mass-change-min <count>', 'fewer licenses are no mass change')
    .option('--mass-change-window <duration>', 'what counts as at once')
    .addOption(new Option('--recording <how>', 'which decisions are kept for replay').choices(['off', 'sampled', 'full']))
    .option('--sample <percent>', 'of the decisions, where they are sampled')
    .option('--reason <text>', 'why; kept in the audit log, needed for a change');
  online<Changes>(registrar, settings, settingsOf);
}

async function settingsOf({ api, paint, options, answer }: Asking<Changes>): Promise<ExitCode> {
  const wanted = changesOf(options);
  if (Object.keys(wanted).length === 0) {
    const shown = await api.get<Shown>('/v1/environment-settings');
    return answer(shown, settingsLines(shown, paint));
  }
  if (options.reason === undefined) throw usage('A change of the settings needs a reason.', { next: 'the same with --reason TEXT' });
  const set = await api.put<Shown | ApprovalNeeded>('/v1/environment-settings', { ...wanted, reason: options.reason });
  return answer(set, isWaiting(set) ? waitingLines(set, paint) : settingsLines(set, paint));
}

function changesOf(options: Changes): Partial<Settings> {
  const { promotion, twoPersons, massChange, massChangeMin, massChangeWindow, recording, sample } = options;
  return {
    ...(promotion === undefined ? {} : { promotion }),
    ...(twoPersons === undefined ? {} : { twoPersons: twoPersons === 'on' }),
    ...(massChange === undefined ? {} : { massChangeBasisPoints: basisPoints(massChange, '--mass-change') }),
    ...(massChangeMin === undefined ? {} : { massChangeLicensesMin: countOf(massChangeMin) }),
    ...(massChangeWindow === undefined ? {} : { massChangeWindowMs: durationOf(massChangeWindow) }),
    ...(recording === undefined ? {} : { recording }),
    ...(sample === undefined ? {} : { sampleBasisPoints: basisPoints(sample, '--sample') }),
  };
}

function countOf(words: string): number {
  if (!/^[1-9]\d{0,5}$/.test(words)) throw usage(`--mass-change-min is no count: ${words}`, { details: ['expected: a number such as 3'] });
  return Number(words);
}

function durationOf(words: string): number {
  const read = parseDuration(words);
  if (!read.ok) throw usage(`--mass-change-window is no duration: ${words}`, { details: ['expected: a duration such as 10m'] });
  return read.value;
}

function settingsLines(shown: Shown, paint: Paint): readonly Safe[] {
  const { environment, promotion, twoPersons, recording, sampleBasisPoints } = shown;
  const { massChangeBasisPoints, massChangeLicensesMin, massChangeWindowMs } = shown;
  const mass = `over ${share(massChangeBasisPoints)} of the live licenses, and at least ${massChangeLicensesMin}, within ${formatDuration(massChangeWindowMs)}`;
  return table([
    [paint.bold(environment), ''],
    [paint.dim('promotion'), promotion === 'staged' ? 'staged: shadow, canary, everybody' : 'direct: any stage at once'],
    [paint.dim('two persons'), twoPersons ? 'on: a second person approves what puts a version in force' : 'off'],
    [paint.dim('mass change'), text`${mass}: waits for a second person`],
    [paint.dim('recording'), recording === 'sampled' ? `sampled: ${share(sampleBasisPoints)} of the decisions` : recording],
  ]);
}
