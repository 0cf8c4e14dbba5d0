/** `glidepath decide`: what a policy gives in a situation, without any server. */
import {
  decideGiven,
  durationWords,
  explain,
  type Given,
  type GivenAnswer,
  instant,
  type Policy,
  parseGiven,
  problemsOf,
  situationOf,
} from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { join, type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { requirePolicy } from './policy-file.ts';

interface DecideOptions {
  readonly policy: string;
  readonly plan?: string;
  readonly given: string;
  readonly json?: boolean;
}

export function registerDecide({ program, shell, acting }: Registrar): void {
  program
    .command('decide')
    .description('say what a policy gives in a situation; needs no server')
    .requiredOption('--policy <file>', 'policy file, or - for standard input')
    .option('--plan <name>', 'plan of the policy; not needed when it has one only')
    .option('--given <json>', 'the situation, in the words of a policy test', '{}')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Words of --given: plan, expiresIn, startsIn, unreachableFor, suspendedFor, revokedFor, trustLostFor, identityChangedFor,
clockBehindFor (durations such as "-20d"), seatsUsed (a number), overageFor, usage ({"build-minutes": 120000}).

  glidepath decide --policy examples/policies/build-server.yaml --given '{"expiresIn":"-20d"}'`,
    )
    .action(acting(async (options: DecideOptions) => decide(shell, options)));
}

async function decide(shell: Shell, options: DecideOptions): Promise<ExitCode> {
  const policy = await requirePolicy(shell, options.policy);
  const given = readGiven(policy, options);
  const answer = decideGiven(policy, given);
  if (options.json) shell.screen.json(answer);
  else for (const line of answerLines(policy, given, answer, shell.screen.paint)) shell.screen.say(line);
  return EXIT.ok;
}

function readGiven(policy: Policy, { given, plan }: DecideOptions): Given {
  const words = withPlan(parseWords(given), plan);
  const read = parseGiven(policy, words);
  if (read.ok) return read.value;
  const problems = problemsOf(read);
  throw usage('the situation in --given cannot be read.', {
    code: 'malformed-given',
    details: problems.map(({ message }) => message),
    facts: { problems },
    next: 'glidepath decide --help',
  });
}

function parseWords(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usage('--given is no JSON.', {
      code: 'not-json',
      details: [text`found: ${given}`, text`expected: JSON such as {"expiresIn":"-20d"}, in single quotes for the shell`, why],
    });
  }
}

function withPlan(words: unknown, plan: string | undefined): unknown {
  if (plan === undefined || typeof words !== 'object' || words === null || Array.isArray(words)) return words;
  const named = 'plan' in words ? words.plan : plan;
  if (named !== plan) throw usage(`--plan says ${plan}, --given says ${JSON.stringify(named)}: name the plan once.`);
  return { ...words, plan };
}

function answerLines(policy: Policy, given: Given, answer: GivenAnswer, paint: Paint): readonly Safe[] {
  const { terms, observations } = situationOf(policy, given);
  const causes = explain(terms, observations, instant(0)).filter(({ cause, began, next }) => cause !== 'none' && (began || next !== null));
  const why = causes.map(({ sentence }) => text`  ${sentence}`);
  return [
    headline(answer, paint),
    ...table(featureRows(policy, answer, paint), { indent: 2 }),
    ...table(factRows(answer), { indent: 2 }),
    ...(why.length === 0 ? [] : [paint.dim('why'), ...why]),
  ];
}

function headline({ code, tier, cause }: GivenAnswer, paint: Paint): Safe {
  const painted = code === 'ok' ? paint.good : paint.warn;
  const because = cause === 'none' ? text`` : text`, because of ${paint.bold(cause)}`;
  return text`${painted(code)}: tier ${paint.bold(tier)}${because}`;
}

/** Worst first: what is denied, with the policy's words for it. */
function featureRows(policy: Policy, answer: GivenAnswer, paint: Paint): readonly (readonly Sayable[])[] {
  const rows = policy.features.map(({ name, title, lost }) => {
    const allowed = answer.features[name] === 'allow';
    return { allowed, cells: [allowed ? paint.good('allow') : paint.bad('deny'), name, allowed ? title : (lost ?? title)] };
  });
  return rows.toSorted((a, b) => Number(a.allowed) - Number(b.allowed)).map(({ cells }) => cells);
}

function factRows({ limits, seat, notify, next }: GivenAnswer): readonly (readonly Sayable[])[] {
  const limited = Object.entries(limits).map(([name, value]) => `${name} ${value}`);
  const after = next === null ? 'nothing: it stays so' : `tier ${next.tier} in ${durationWords(next.inMs)}, because of ${next.cause}`;
  return [
    ...(limited.length === 0 ? [] : [['limits', join(limited, ', ')]]),
    ...(seat === null ? [] : [['next seat', seat]]),
    ['notify', notify],
    ['next', after],
  ];
}
