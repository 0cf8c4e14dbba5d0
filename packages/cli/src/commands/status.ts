/**
 * `glidepath status`: one screen, worst first: what stops next, what is open, who is blind, what does not arrive.
 *
 * It ends with one command to type. Where all is well it says so in one line, and only where everything could be looked at.
 */
import { oneLine, type Severity, shellWord } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { headingOf } from './notice.ts';
import { type ChannelAnswer, type DeliveryAnswer, type NoticeAnswer, nextOf, noticesWorstFirst } from './notice-views.ts';
import { type Asking, online } from './online.ts';
import { severity } from './policy-view.ts';
import { board, firstUnit } from './runway-board.ts';
import type { AgentAnswer, ProbeAnswer, RunwayAnswer } from './runway-views.ts';

const ROWS = 12;
const NOTICES = 8;
const BLIND = 5;
const ALL = 500;
const DAY_MS = 86_400_000;
const CALM_MS = 90 * DAY_MS;
/** Three intervals, as alerts count; an agent calls every five minutes. */
const SILENT_INTERVALS = 3;
const AGENT_SILENT_MS = 15 * 60_000;

export function registerStatus(registrar: Registrar): void {
  const status = registrar.program
    .command('status')
    .description('show on one screen what stops next, what is open and who is blind, the worst first')
    .option('--all', 'show every row');
  online<{ all?: boolean }>(registrar, status, show);
}

interface Seen {
  readonly runways: readonly RunwayAnswer[];
  readonly notices: readonly NoticeAnswer[];
  readonly probes: readonly ProbeAnswer[];
  readonly agents: readonly AgentAnswer[];
  readonly channels: readonly ChannelAnswer[];
  readonly dead: readonly DeliveryAnswer[];
}

async function show({ api, shell, paint, options, answer }: Asking<{ all?: boolean }>): Promise<ExitCode> {
  const seen = await look(api);
  const now = shell.now();
  return answer({ takenAt: now, ...seen }, lines(seen, now, paint, options.all === true));
}

async function look(api: Api): Promise<Seen> {
  const [{ items: runways }, notices, probes, agents, channels, dead] = await Promise.all([
    api.get<{ items: readonly RunwayAnswer[] }>('/v1/runways', { limit: ALL }),
    api.list<NoticeAnswer>('/v1/notices', { open: 'true' }, ALL),
    api.list<ProbeAnswer>('/v1/probes', {}, ALL),
    api.list<AgentAnswer>('/v1/agents', {}, ALL),
    api.list<ChannelAnswer>('/v1/channels', {}, ALL),
    api.list<DeliveryAnswer>('/v1/deliveries', { state: 'dead' }, ALL),
  ]);
  return { runways, notices: noticesWorstFirst(notices), probes, agents, channels, dead: dead.filter((one) => one.notices.length > 0) };
}

function lines(seen: Seen, now: number, paint: Paint, isAll: boolean): readonly Sayable[] {
  const { runways, notices } = seen;
  const blind = blindLines(seen, now, paint, isAll ? ALL : BLIND);
  const stuck = stuckLines(seen, paint);
  const shown = runways.slice(0, isAll ? ALL : ROWS);
  const calm = isCalm(seen, blind, stuck) ? [calmLine(runways, now, paint)] : [];
  const rest = runways.length - shown.length;
  const all = [
    ...calm,
    ...(runways.every(isOurs) ? ['No licence is watched yet.'] : []),
    ...section(paint, 'RUNWAY', shown.length === 0 ? [] : board(shown, now, paint)),
    ...(rest > 0 ? [text`… and ${rest}${runways.length === ALL ? ' or more' : ''} that end later: glidepath status --all`] : []),
    ...section(paint, noticeTitle(notices), noticeLines(notices, now, paint, isAll ? ALL : NOTICES)),
    ...section(paint, 'BLIND', blind),
    ...section(paint, 'NOT ARRIVING', stuck),
    '',
    text`next: ${paint.bold(nextCommand(seen))}`,
  ];
  return all[0] === '' ? all.slice(1) : all;
}

function section(paint: Paint, title: string, body: readonly Sayable[]): readonly Sayable[] {
  return body.length === 0 ? [] : ['', paint.bold(title), ...body];
}

function isCalm({ runways, notices, channels }: Seen, blind: readonly Sayable[], stuck: readonly Sayable[]): boolean {
  const isFar = runways.every(({ state, runwayMs }) => state === 'open' || (state === 'dated' && (runwayMs ?? 0) > CALM_MS));
  return isFar && notices.length === 0 && blind.length === 0 && stuck.length === 0 && !runways.every(isOurs) && channels.length > 0;
}

function calmLine([first]: readonly RunwayAnswer[], now: number, paint: Paint): Sayable {
  const end = first?.endsAt ?? null;
  const next =
    first === undefined || end === null ? 'nothing has an end' : text`the next to end is ${first.name}, in ${firstUnit(end - now)}`;
  return text`${paint.good('All is well:')} ${next}; no notice is open, and every probe sees.`;
}

function noticeTitle(notices: readonly NoticeAnswer[]): string {
  const counts = (['critical', 'warning', 'info'] as const).flatMap((word: Severity) => {
    const count = notices.filter((notice) => notice.severity === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return `OPEN NOTICES: ${counts.join(', ')}${notices.length === ALL ? ' or more' : ''}`;
}

function noticeLines(notices: readonly NoticeAnswer[], now: number, paint: Paint, max: number): readonly Sayable[] {
  const shown = table(
    notices
      .slice(0, max)
      .map((notice) => [
        severity(notice.severity, paint),
        oneLine(headingOf(notice), 80),
        paint.dim(`open for ${firstUnit(now - notice.openedAt)}${notice.acknowledgedAt === null ? '' : ', acknowledged'}`),
      ]),
  );
  return notices.length > max ? [...shown, text`… and ${notices.length - max} more: glidepath notice list`] : shown;
}

function blindLines({ probes, agents }: Seen, now: number, paint: Paint, max: number): readonly Sayable[] {
  const found = [
    ...probes.filter((probe) => isBlind(probe, now)).map((probe) => probeLine(probe, now, paint)),
    ...agents.filter((agent) => isSilent(agent, now)).map((agent) => agentLine(agent, now, paint)),
  ];
  return found.length > max ? [...found.slice(0, max), `… and ${found.length - max} more: glidepath agent list`] : found;
}

function lastOk({ readings }: ProbeAnswer): number | null {
  const seen = readings.flatMap(({ okAt }) => okAt ?? []);
  return seen.length === 0 ? null : Math.max(...seen);
}

function isBlind(probe: ProbeAnswer, now: number): boolean {
  return now - (lastOk(probe) ?? probe.appliedAt) >= SILENT_INTERVALS * probe.everyMs;
}

function probeLine(probe: ProbeAnswer, now: number, paint: Paint): Sayable {
  const seen = lastOk(probe);
  const why = probe.readings.find(({ failure }) => failure !== null);
  const age = seen === null ? 'has never had a good reading' : `saw last ${firstUnit(now - seen)} ago`;
  return text`${paint.warn('probe')} ${probe.name} ${age}${why === undefined ? '; no agent runs it' : text`: ${why.failure} on ${why.agent}`}`;
}

function isSilent({ seenAt, createdAt, disabledAt }: AgentAnswer, now: number): boolean {
  return disabledAt === null && now - (seenAt ?? createdAt) >= AGENT_SILENT_MS;
}

function agentLine({ name, seenAt }: AgentAnswer, now: number, paint: Paint): Sayable {
  return text`${paint.warn('agent')} ${name} ${seenAt === null ? 'has never called' : `called last ${firstUnit(now - seenAt)} ago`}`;
}

function stuckLines({ channels, dead }: Seen, paint: Paint): readonly Sayable[] {
  return channels.flatMap(({ name, dead: count, waiting }) => {
    if (count === 0) return waiting > 0 ? [text`${paint.warn(name)} has ${waiting} waiting`] : [];
    const last = dead.find(({ channel }) => channel === name);
    return [
      text`${paint.bad(name)} has ${count} given up${last === undefined ? '' : text`: ${last.lastError ?? ''} (${day(last.createdAt)})`}`,
    ];
  });
}

/** A part of Glidepath itself. */
function isOurs({ id }: RunwayAnswer): boolean {
  return id.startsWith('glidepath/');
}

function nextCommand({ notices, runways, channels, dead }: Seen): Sayable {
  const urgent = notices.find((notice) => notice.acknowledgedAt === null && notice.severity !== 'info' && nextOf(notice) !== null);
  if (runways.every(isOurs)) return 'glidepath discover --save, then glidepath apply, to have something to watch';
  if (channels.length === 0) return 'glidepath channel add oncall --kind slack   (nobody is told of anything yet)';
  if (dead.length > 0) return text`glidepath channel test ${dead[0]?.channel}`;
  if (urgent !== undefined) return text`${nextOf(urgent)}`;
  const [first] = runways;
  return first === undefined || isOurs(first) ? 'glidepath doctor' : text`glidepath where ${shellWord(first.name)}`;
}
