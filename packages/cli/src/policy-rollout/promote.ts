/**
 * `glidepath policy promote`: the next step of a version on its way, by whoever has seen what it changes.
 *
 * Without `--yes` or `--seen` nothing is promoted: the difference is shown with the command that says it was seen.
 */
import type { PolicyDifference, RolloutStage } from '@glidepath/core';
import { type ApprovalNeeded, isWaiting, waitingLines } from '../approval/register-approval.ts';
import type { Asking } from '../commands/online.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { differenceLines, type LiveCounts } from '../policy-compare/difference-view.ts';
import { text } from '../terminal/safe-text.ts';
import { type RolloutShown, rolloutLines } from './rollout-view.ts';

export interface PromoteOptions {
  readonly to?: RolloutStage;
  readonly share?: string;
  readonly losses?: string;
  readonly denials?: string;
  readonly reason: string;
  readonly seen?: string;
  readonly yes?: boolean;
}

interface Published {
  readonly name: string;
  readonly digest: string;
  readonly createdAt: number;
}

interface Difference {
  readonly difference: PolicyDifference;
  readonly digest: string;
  readonly live: LiveCounts;
}

export async function promote(asking: Asking<PromoteOptions>, name = '', digest?: string): Promise<ExitCode> {
  const { api, shell, paint, options, answer } = asking;
  const asked = { ...stepOf(options), reason: options.reason };
  const rollouts = await api.list<RolloutShown>('/v1/policy-rollouts', { name }, ROLLOUTS_READ);
  const running = rollouts.find(({ state }) => state === 'running') ?? null;
  const candidate = digest ?? running?.candidate ?? (await newestOf(asking, name));
  if (running !== null && running.candidate !== candidate)
    throw new Failure(EXIT.refused, `Another version of ${name} is on its way: ${running.candidate}.`, {
      code: 'rollout-running',
      next: `glidepath policy rollback ${name} --reason TEXT`,
    });
  const found = await api.post<Difference>('/v1/policy-differences', { name, candidate });
  const isSeen = options.yes === true || options.seen === found.digest;
  if (options.json !== true && options.seen !== found.digest)
    for (const line of differenceLines(found.difference, found.live, paint)) shell.screen.say(line);
  if (!isSeen) {
    const again = text`glidepath policy promote ${name} ${candidate} --reason TEXT --seen ${found.digest}`;
    if (options.json === true) shell.screen.json({ ...found, candidate, promoted: false });
    else
      shell.screen.say(
        text`\n${options.seen === undefined ? 'Nothing was promoted.' : 'The difference has changed; nothing was promoted.'} next: ${again}`,
      );
    return EXIT.no;
  }
  const step = { ...asked, seen: found.digest };
  const rollout =
    running === null
      ? await api.post<RolloutShown | ApprovalNeeded>('/v1/policy-rollouts', { name, candidate, ...step })
      : await api.post<RolloutShown | ApprovalNeeded>(`/v1/policy-rollouts/${encodeURIComponent(running.id)}/promote`, step);
  return answer(rollout, isWaiting(rollout) ? waitingLines(rollout, paint) : rolloutLines(rollout, paint));
}

/** One that runs is among the newest: there is at most one. */
const ROLLOUTS_READ = 20;

/** What was published last, unless it is in force. */
async function newestOf({ api }: Asking<PromoteOptions>, name: string): Promise<string> {
  const versions = (await api.list<Published>('/v1/policies')).filter((version) => version.name === name);
  const newest = versions.toSorted((a, b) => b.createdAt - a.createdAt)[0];
  const inForce = await api.get<{ digest: string }>(`/v1/policies/${encodeURIComponent(name)}`);
  if (newest === undefined || newest.digest === inForce.digest)
    throw new Failure(EXIT.refused, `The newest version of ${name} is in force: there is nothing to promote.`, {
      code: 'nothing-to-promote',
      next: 'glidepath policy publish FILE',
    });
  return newest.digest;
}

function stepOf({ to, share, losses, denials }: PromoteOptions) {
  const budget = {
    ...(losses === undefined ? {} : { lossesBasisPoints: basisPoints(losses, '--losses') }),
    ...(denials === undefined ? {} : { denialsBasisPoints: basisPoints(denials, '--denials') }),
  };
  return {
    ...(to === undefined ? {} : { to }),
    ...(share === undefined ? {} : { share: basisPoints(share, '--share') }),
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
  };
}

const PERCENT = /^(\d{1,3}(?:\.\d{1,2})?)\s*%?$/;

/** `5%`, `0.25%`, `5`: percent, in basis points. */
export function basisPoints(words: string, option: string): number {
  const found = Math.round(Number(PERCENT.exec(words)?.[1] ?? Number.NaN) * 100);
  if (!(found >= 0 && found <= 10_000))
    throw usage(`${option} is no share: ${words}`, { details: ['expected: percent, such as 5% or 0.25%'] });
  return found;
}
