/** `glidepath policy apply -f`: makes the policies of an environment what files in git say, and shows what that does to whom. */
import type { Settings } from '@glidepath/core';
import { type Api, createApi } from '../api/client.ts';
import { findTarget } from '../api/config.ts';
import { collect } from '../commands/online.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { differenceLines } from '../policy-compare/difference-view.ts';
import { nextCommand, type RolloutShown, share } from '../policy-rollout/rollout-view.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { type Planned, planFor } from './plan.ts';
import { readPolicies } from './read-policies.ts';

interface ApplyOptions {
  readonly file: readonly string[];
  readonly env?: string;
  readonly server?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

const HELP = `
  The first version of a name is in force at once. A further one is published and set on its way: into the shadow of the one
  in force, or to everybody where promotion is direct. The next steps are taken by glidepath policy promote. Applying the
  same files again changes nothing.

  glidepath policy apply -f policies --env staging --dry-run`;

export function registerPolicyApply({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('apply')
    .description('make the policies of an environment what these files say, and show what that does to whom')
    .requiredOption('-f, --file <path>', 'file or folder of policies; may be repeated', collect)
    .option('--env <name>', 'environment (GLIDEPATH_ENVIRONMENT; default: production)')
    .option('--server <url>', 'control plane to ask (GLIDEPATH_SERVER; default: the one signed in to)')
    .option('--dry-run', 'show the plan and change nothing')
    .option('--reason <text>', 'why; kept in the audit log (default: the files)')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(acting((options: ApplyOptions) => apply(shell, options)));
}

async function apply(shell: Shell, options: ApplyOptions): Promise<ExitCode> {
  const { screen } = shell;
  const policies = await readPolicies(shell, options.file);
  const target = {
    ...(options.server === undefined ? {} : { server: options.server }),
    ...(options.env === undefined ? {} : { environment: options.env }),
  };
  const api = createApi(shell, await findTarget(shell, target));
  const planned = await planFor(api, policies);
  const isBlocked = planned.some(({ action }) => action === 'blocked');
  const isDry = options.dryRun === true || isBlocked;
  if (options.json !== true) for (const one of planned) for (const line of plannedLines(one, screen.paint)) screen.say(line);
  const rollouts = isDry ? [] : await carryOut(api, planned, options.reason ?? `apply of ${options.file.join(', ')}`);
  if (options.json === true) screen.json({ plan: planned.map(jsonOf), applied: !isDry, rollouts });
  else for (const line of closing(planned, rollouts, isDry, options)) screen.say(line);
  return isBlocked ? EXIT.refused : EXIT.ok;
}

/** First everything is published, then it is set on its way: a refusal of one keeps none of the others half done. */
async function carryOut(api: Api, planned: readonly Planned[], reason: string): Promise<readonly RolloutShown[]> {
  const changing = planned.filter((one) => one.action === 'change');
  for (const { action, policy } of planned)
    if (action === 'add' || action === 'change')
      await api.postText('/v1/policies', policy.source, { publishOnly: action === 'change' ? true : undefined });
  const rollouts: RolloutShown[] = [];
  const { promotion, twoPersons } = await api.get<Settings>('/v1/environment-settings');
  const to = promotion === 'direct' && !twoPersons ? 'full' : 'shadow';
  for (const { policy, seen } of changing) {
    const asked = { name: policy.policy.name, candidate: policy.digest, reason, seen: seen.digest };
    rollouts.push(await api.post<RolloutShown>('/v1/policy-rollouts', { ...asked, to }));
  }
  return rollouts;
}

function plannedLines(planned: Planned, paint: Paint): readonly Safe[] {
  const { action, policy } = planned;
  const head = (sign: string, says: string) => text`${sign} ${paint.bold(policy.policy.name)}  ${policy.file}  ${says}`;
  if (action === 'none') return [head('=', 'in force as it is')];
  if (action === 'add') return [head('+', `the first version; ${policy.digest}`)];
  if (action === 'change') {
    return [
      head('~', policy.digest),
      ...differenceLines(planned.seen.difference, planned.seen.live, paint).map((line) => text`    ${line}`),
    ];
  }
  const { stage, shareBasisPoints, id, candidate, state } = planned.rollout;
  const at = `${state === 'held' ? 'rolled back, waits' : stage}${stage === 'canary' ? ` of ${share(shareBasisPoints)}` : ''}`;
  if (action === 'on-its-way') return [head('=', `on its way: ${at} (${id})`)];
  return [head(paint.bad('!').text, `another version is on its way: ${candidate}, ${at} (${id})`)];
}

function closing(planned: readonly Planned[], rollouts: readonly RolloutShown[], isDry: boolean, options: ApplyOptions): readonly Safe[] {
  const count = (action: Planned['action']) => planned.filter((one) => one.action === action).length;
  const blocked = planned.find((one) => one.action === 'blocked');
  const sums = `${count('add')} added, ${count('change')} changed, ${count('none') + count('on-its-way')} as they are`;
  if (blocked !== undefined)
    return [
      text`nothing was applied: ${blocked.policy.policy.name} has to come to an end first`,
      text`next: ${nextCommand(blocked.rollout)}`,
    ];
  const again = `glidepath policy apply ${options.file.map((path) => `-f ${path}`).join(' ')}${options.env === undefined ? '' : ` --env ${options.env}`}`;
  if (isDry) return [text`plan: ${sums}; nothing was changed`, text`next: ${again}`];
  const [first] = rollouts;
  return [text`applied: ${sums}`, text`next: ${first === undefined ? 'glidepath policy list' : nextCommand(first)}`];
}

function jsonOf(planned: Planned): unknown {
  const { action, policy } = planned;
  const more = 'rollout' in planned ? { rollout: planned.rollout } : 'seen' in planned ? planned.seen : {};
  return { action, name: policy.policy.name, file: policy.file, digest: policy.digest, ...more };
}
