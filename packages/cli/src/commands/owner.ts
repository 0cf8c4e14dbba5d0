/** `glidepath owner`: who answers for what, until when they said so, and that one still does. */
import type { Api } from '../api/client.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { OwnersAnswer } from './notice-views.ts';
import { type Asking, online } from './online.ts';
import type { Named } from './views.ts';

const MAX = 5_000;

export function registerOwner(registrar: Registrar): void {
  const owner = registrar.program.command('owner').description('say who answers for licenses, and confirm it');
  online(registrar, owner.command('list [team]').description('list teams and who of them can be reached, the worst first'), list);
  online<{ principal?: string }>(
    registrar,
    owner
      .command('confirm <team>')
      .description('say "still me" for another 90 days')
      .option('--principal <person>', 'say it for somebody else (admin)'),
    async ({ api, paint, options, answer }, team = '') => {
      const body = options.principal === undefined ? {} : { principal: options.principal };
      return shown({ paint, answer }, await api.post<OwnersAnswer>(`${pathOf(team)}/confirm`, body));
    },
  );
  online(
    registrar,
    owner.command('add <team> <person>').description('add somebody by e-mail address or name; makes team and person where there is none'),
    add,
  );
  online(
    registrar,
    owner.command('remove <team> <person>').description('take somebody out of a team'),
    async ({ api, paint, answer }, team = '', person = '') => {
      return shown({ paint, answer }, await api.remove<OwnersAnswer>(`${pathOf(team)}/members/${encodeURIComponent(person)}`));
    },
  );
}

function pathOf(team: string): string {
  return `/v1/teams/${encodeURIComponent(team)}`;
}

const ORDER = ['none', 'one', 'enough'];

async function list({ api, paint, answer }: Asking<object>, team?: string): Promise<ExitCode> {
  const names = team === undefined ? (await api.list<Named>('/v1/teams', {}, MAX)).map(({ id }) => id) : [team];
  const standings: OwnersAnswer[] = [];
  for (const name of names) standings.push(await api.get<OwnersAnswer>(`${pathOf(name)}/owners`));
  const worstFirst = standings.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const lines = worstFirst.flatMap((standing, at) => [...(at === 0 ? [] : ['']), ...standingLines(standing, paint)]);
  return answer(
    { items: worstFirst },
    lines.length === 0 ? ['There are no teams.', 'next: glidepath owner add TEAM you@example.com'] : lines,
  );
}

function shown({ paint, answer }: Pick<Asking<object>, 'paint' | 'answer'>, standing: OwnersAnswer): ExitCode {
  return answer(standing, standingLines(standing, paint));
}

export function standingLines({ teamName, state, reachable, members }: OwnersAnswer, paint: Paint): readonly Sayable[] {
  const words = { enough: paint.good('enough'), one: paint.warn('too few'), none: paint.bad('nobody') }[state];
  const rows = members.map((member): readonly Sayable[] => [member.name, member.email ?? '–', standingWord(member, paint)]);
  return [text`${paint.bold(teamName)}: ${words}, ${reachable} of ${members.length} can be reached`, ...table(rows, { indent: 2 })];
}

function standingWord({ lack, isAsked, confirmedUntil }: OwnersAnswer['members'][number], paint: Paint): Sayable {
  if (lack === null) return isAsked ? paint.warn(`confirm by ${day(confirmedUntil)}`) : `confirmed until ${day(confirmedUntil)}`;
  const words = {
    'no-person': 'is no person',
    disabled: 'is shut out',
    'no-email': 'has no e-mail address',
    silent: `silent since ${day(confirmedUntil)}`,
  };
  return paint.bad(words[lack]);
}

async function add({ api, shell, paint, answer }: Asking<object>, team = '', person = ''): Promise<ExitCode> {
  const teams = await api.list<Named>('/v1/teams', {}, MAX);
  const people = await api.list<Named & { email: string | null }>('/v1/principals', {}, MAX);
  const isKnown = people.some(({ id, name, email }) => [id, name, email].includes(person));
  if (!isKnown && !person.includes('@')) {
    throw usage(`nobody is called ${person}.`, {
      next: text`name an e-mail address, which makes the person: glidepath owner add ${team} NAME@example.com`,
    });
  }
  if (!teams.some(({ id, name }) => id === team || name === team)) await makeTeam(api, team);
  if (!isKnown) {
    await api.post('/v1/principals', { kind: 'person', name: person, email: person });
    shell.screen.remark(text`recorded ${person}, without access: glidepath has no role for it yet`);
  }
  return shown({ paint, answer }, await api.post<OwnersAnswer>(`${pathOf(team)}/members`, { principal: person }));
}

async function makeTeam(api: Api, name: string): Promise<void> {
  await api.post('/v1/teams', { name });
}
