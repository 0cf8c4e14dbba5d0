/** `glidepath policy promote`, `rollouts`, `rollback`, `retry`, `breaker` and `history`: versions on their way into force, and back. */
import type { BreakerMode } from '@glidepath/core';
import { Argument, Option } from 'commander';
import { type Asking, online } from '../commands/online.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { text } from '../terminal/safe-text.ts';
import { type PromoteOptions, promote } from './promote.ts';
import { historyLines, type RolloutShown, rolloutLines, rolloutTable } from './rollout-view.ts';

const WHY = ['--reason <text>', 'why; kept in the audit log'] as const;

interface Why {
  readonly reason: string;
}

export function registerRollout(registrar: Registrar, policy: Registrar['program']): void {
  const promoting = policy
    .command('promote <name> [digest]')
    .description('take the next step with a version: shadow, canary, everybody; the newest one when none is named')
    .addOption(new Option('--to <stage>', 'default: the next one').choices(['shadow', 'canary', 'full']))
    .option('--share <percent>', 'of the following licenses, for a canary; default: 5%')
    .option('--losses <percent>', 'share of the decisions that may give less before it is rolled back; default: 1%')
    .option('--denials <percent>', 'share of the decisions that may deny a seat before it is rolled back; default: 1%')
    .option('--seen <digest>', 'digest of the difference that was seen, as this command prints it')
    .option('--yes', 'promote whatever the difference is; it is printed')
    .requiredOption(...WHY);
  online<PromoteOptions>(registrar, promoting, promote);
  const list = policy.command('rollouts').description('list versions on their way and how they fare, those that need somebody first');
  online(registrar, list, listRollouts);
  const back = policy.command('rollback <name>').description('end the rollout of a policy, or put the version before into force again');
  online<Why>(registrar, back.requiredOption(...WHY), rollBack);
  const retry = policy.command('retry <rollout>').description('try a version that was rolled back again on a hundredth of the licenses');
  online<Why>(registrar, retry.requiredOption(...WHY), retryRollout);
  const breaker = policy
    .command('breaker <name>')
    .description('isolate a policy (what is on its way goes back, nothing new begins), release it, or only count')
    .addArgument(new Argument('<mode>', 'what it does from now on').choices(['isolate', 'release', 'metrics-only']));
  online<Why>(registrar, breaker.requiredOption(...WHY), setBreaker);
  const history = policy.command('history <name>').description('show who promoted which version, when and why, and what was rolled back');
  online(registrar, history, showHistory);
}

async function listRollouts({ api, paint, answer }: Asking<object>): Promise<ExitCode> {
  const rollouts = await api.list<RolloutShown>('/v1/policy-rollouts', {}, SHOWN_MAX);
  if (rollouts.length === 0)
    return answer({ items: [] }, ['No version is on its way.', 'next: glidepath policy promote NAME --reason TEXT']);
  return answer({ items: rollouts }, rolloutTable(rollouts, paint));
}

const SHOWN_MAX = 200;

interface RolledBack {
  readonly name: string;
  readonly digest: string;
  readonly from: string;
}

async function rollBack({ api, paint, options, answer }: Asking<Why>, name = ''): Promise<ExitCode> {
  const back = await api.post<RolledBack>(`/v1/policies/${encodeURIComponent(name)}/rollback`, { reason: options.reason });
  return answer(back, [
    text`${paint.good('rolled back')} ${back.name}: ${back.digest} for everybody`,
    text`next: glidepath policy diff ${back.digest} ${back.from}`,
  ]);
}

async function retryRollout({ api, paint, options, answer }: Asking<Why>, id = ''): Promise<ExitCode> {
  const rollout = await api.post<RolloutShown>(`/v1/policy-rollouts/${encodeURIComponent(id)}/retry`, { reason: options.reason });
  return answer(rollout, rolloutLines(rollout, paint));
}

const MODES: Readonly<Record<string, BreakerMode>> = { isolate: 'isolated', release: 'closed', 'metrics-only': 'metrics-only' };
const MEANS: Readonly<Record<BreakerMode, string>> = {
  isolated: 'what was on its way went back, and nothing new begins',
  closed: 'a version over its budget is rolled back',
  'metrics-only': 'versions are only counted, and never rolled back by the system',
};

async function setBreaker({ api, paint, options, answer }: Asking<Why>, name = '', word = ''): Promise<ExitCode> {
  const mode = MODES[word];
  if (mode === undefined) throw usage(`There is no mode ${word}.`);
  const set = await api.put<{ mode: BreakerMode }>(`/v1/policy-breakers/${encodeURIComponent(name)}`, { mode, reason: options.reason });
  const next = mode === 'closed' ? 'glidepath policy rollouts' : `glidepath policy breaker ${name} release --reason TEXT`;
  return answer(set, [text`${paint.bold(name)} is ${set.mode}: ${MEANS[set.mode]}`, text`next: ${next}`]);
}

async function showHistory({ api, paint, answer }: Asking<object>, name = ''): Promise<ExitCode> {
  const rollouts = await api.list<RolloutShown>('/v1/policy-rollouts', { name }, SHOWN_MAX);
  if (rollouts.length > 0) return answer({ items: rollouts }, historyLines(rollouts, paint));
  return answer({ items: [] }, [text`Nothing was promoted under the name ${name} yet.`, 'next: glidepath policy list']);
}
