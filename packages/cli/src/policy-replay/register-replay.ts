/** `glidepath policy replay`: what another version would have made of the decisions that were really made. */
import { type Instant, instant, type Policy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import type { Api } from '../api/client.ts';
import { type Asking, online } from '../commands/online.ts';
import { requirePolicy } from '../commands/policy-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { parseSince } from './parse-since.ts';
import { type RecordedPage, replayRecords } from './replay-records.ts';
import { type Replayed, replayLines } from './replay-view.ts';

interface ReplayOptions {
  readonly since: string;
  readonly exitCode?: boolean;
}

export function registerReplay(registrar: Registrar, policy: Registrar['program']): void {
  const replay = policy
    .command('replay <policy>')
    .description('decide recorded decisions again under a policy file, or a published version by digest; changes nothing')
    .option('--since <when>', 'how far back: 30d, or a day', '30d')
    .option('--exit-code', 'exit with 1 when anybody would lose anything')
    .addHelpText(
      'after',
      `
Nobody is asked anything: the control plane gives what it has recorded, and this machine decides it again. How much is
recorded is a setting of the environment; what was not recorded is counted and shown.`,
    );
  online<ReplayOptions>(registrar, replay, runReplay);
}

async function runReplay({ api, shell, paint, options, answer }: Asking<ReplayOptions>, asked = ''): Promise<ExitCode> {
  const since = parseSince(options.since, shell.now());
  const candidate = await candidateOf(shell, api, asked);
  const replay = await replayRecords({
    ...{ candidate, since },
    pages: () => pagesOf(api, since),
    policyOf: (digest) => published(api, digest),
    monotonic: () => performance.now(),
  });
  const replayed: Replayed = { name: candidate.name, candidate: asked, since, ...replay };
  const code = answer(jsonOf(replayed), replayLines(replayed, paint));
  const isWorse = replay.counts.losses + replay.counts.denials > 0;
  return options.exitCode === true && isWorse ? EXIT.no : code;
}

/** Licenses are named as examples; all of them would make the answer as long as the records. */
function jsonOf({ groups, ...replayed }: Replayed): unknown {
  return { ...replayed, groups: groups.map((group) => ({ ...group, licenses: group.licenses.length })) };
}

async function candidateOf(shell: Shell, api: Api, asked: string): Promise<Policy> {
  if (!asked.startsWith('sha256:')) return requirePolicy(shell, asked);
  const found = await published(api, asked);
  if (found !== null) return found;
  throw new Failure(EXIT.refused, `No policy ${asked} is published there.`, { code: 'not-found', next: 'glidepath policy list' });
}

/** Null: the control plane has no such version, or one that this program cannot read. */
async function published(api: Api, digest: string): Promise<Policy | null> {
  try {
    const { source } = await api.get<{ readonly source: string }>(`/v1/policies/${encodeURIComponent(digest)}`);
    return readPolicy(source, nodeCrypto).policy;
  } catch (error) {
    if (error instanceof Failure && error.exit === EXIT.refused && error.detail.code === 'not-found') return null;
    throw error;
  }
}

async function* pagesOf(api: Api, since: Instant): AsyncGenerator<RecordedPage> {
  for (let after: string | undefined; ; ) {
    const page = await api.get<RecordedPage>('/v1/observed-decisions', { since: Math.max(0, instant(since)), after });
    yield page;
    if (page.next === null) return;
    after = page.next;
  }
}
