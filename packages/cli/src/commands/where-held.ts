/** `glidepath where X` for what others issue: the contract, where the key is, who is hit, who watches, who answers. */
import { durationWords, oneLine, shellWord } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import { Failure } from '../failure.ts';
import { join, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { OwnersAnswer } from './notice-views.ts';
import { firstUnit } from './runway-board.ts';
import type { HeldAnswer, ObservationAnswer, ProbeAnswer } from './runway-views.ts';

const UNKNOWN = 'unknown (not recorded)';
const HELD_MAX = 5_000;
const NAMES_MAX = 20;
const FEATURES_MAX = 5;

/** By name or license id at once; else by product, vendor or contract. */
export async function heldCalled(api: Api, what: string): Promise<readonly HeldAnswer[]> {
  if (what.startsWith('glk_')) return [];
  const direct = await orNothing(() => api.get<HeldAnswer>(`/v1/inventory/${encodeURIComponent(what)}`));
  if (direct !== null) return [direct];
  const all = await api.list<HeldAnswer>('/v1/inventory', {}, HELD_MAX);
  return all.filter(({ product, vendor, contract }) => [product, vendor, contract.id].includes(what));
}

export async function probesCalled(api: Api, what: string): Promise<readonly ProbeAnswer[]> {
  return (await api.list<ProbeAnswer>('/v1/probes', {}, HELD_MAX)).filter(({ id, name }) => id === what || name === what);
}

/** A name that is no name of the inventory's form is refused as input, which here is a "no" too. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && ['not-found', 'bad-input'].includes(error.detail.code)) return null;
    throw error;
  }
}

export async function heldBlocks(
  api: Api,
  held: readonly HeldAnswer[],
  now: number,
  paint: Paint,
): Promise<readonly (readonly Sayable[])[]> {
  const teams = [...new Set(held.flatMap(({ owners }) => owners.team ?? []))];
  const standings = new Map<string, OwnersAnswer>();
  for (const team of teams) standings.set(team, await api.get<OwnersAnswer>(`/v1/teams/${encodeURIComponent(team)}/owners`));
  return held.map((one) => table(heldRows(one, standings, now, paint).map(([name, value]) => [paint.dim(name), value])));
}

function heldRows(
  held: HeldAnswer,
  standings: ReadonlyMap<string, OwnersAnswer>,
  now: number,
  paint: Paint,
): readonly (readonly [string, Sayable])[] {
  const { name, product, vendor, license, custody, runsOn, dependents, foundIn, owners, leadTime, watches } = held;
  const standing = owners.team === null ? undefined : standings.get(owners.team);
  return [
    ['license', text`${paint.bold(oneLine(name))} (${license})`],
    ['what', text`${oneLine(product)} by ${oneLine(vendor)}`],
    ...contractRows(held, now, paint),
    ['lead time', leadTime.length === 0 ? UNKNOWN : leadTime.map(({ name: step, ms }) => `${step} ${durationWords(ms)}`).join(', ')],
    ['key', custody ?? UNKNOWN],
    ['found in', foundIn ?? UNKNOWN],
    ['runs on', listed(runsOn)],
    ['needed by', listed(dependents)],
    ...ownerRows(owners.team, standing, paint),
    ...(watches.length === 0
      ? [['watched by', paint.warn('no probe: its end is known from the contract alone')] as const]
      : watchRows(watches, now, paint)),
    ['next', nextOf(held, standing)],
  ];
}

function contractRows({ contract, runway }: HeldAnswer, now: number, paint: Paint): readonly (readonly [string, Sayable])[] {
  const { id, expiresAt, noticeDeadlineAt, terminatesAt, autoRenew, cost, graceMs } = contract;
  const renews = { yes: 'renews itself', no: 'does not renew itself', unknown: 'whether it renews itself is not recorded' }[autoRenew];
  const rest = [
    ...(cost === null ? [] : [`${cost.amount} ${cost.currency} per ${cost.per}`]),
    ...(graceMs === null ? [] : [`${durationWords(graceMs)} of grace`]),
    ...(noticeDeadlineAt === null ? [] : [`notice until ${day(noticeDeadlineAt)}`]),
    ...(terminatesAt === null ? [] : [`stops running ${day(terminatesAt)}`]),
  ];
  return [
    ['contract', text`${id ?? UNKNOWN}, ${renews}${rest.length === 0 ? '' : text`, ${join(rest, ', ')}`}`],
    ['ends', expiresAt === null ? UNKNOWN : text`${day(expiresAt)}${distance(expiresAt, now)}`],
    ['runway', runway === null ? UNKNOWN : text`${runway.state === 'latent' ? paint.bad('latent: ') : ''}${oneLine(runway.evidence, 300)}`],
  ];
}

function distance(at: number, now: number): string {
  const words = firstUnit(Math.abs(at - now));
  return at > now ? ` (in ${words})` : ` (${words} ago)`;
}

function ownerRows(team: string | null, standing: OwnersAnswer | undefined, paint: Paint): readonly (readonly [string, Sayable])[] {
  if (team === null || standing === undefined) return [['owners', paint.bad('nobody')]];
  const state = { enough: '', one: paint.warn(' (too few)'), none: paint.bad(' (nobody can be reached)') }[standing.state];
  const people = standing.members.map(({ name, lack, confirmedUntil }): readonly [string, Sayable] => [
    '',
    lack === null
      ? text`${oneLine(name)}, confirmed until ${day(confirmedUntil).slice(0, 10)}`
      : text`${oneLine(name)}, ${paint.bad(`does not count: ${lack}`)}`,
  ]);
  return [['owners', text`${oneLine(team)}${state}`], ...people];
}

function watchRows(watches: HeldAnswer['watches'], now: number, paint: Paint): readonly (readonly [string, Sayable])[] {
  return watches.flatMap(({ probe, feature, observed }) => {
    const what = feature === null ? '' : text`, feature ${oneLine(feature)}`;
    const head: readonly [string, Sayable] = [
      'watched by',
      text`probe ${probe}${what}${observed.length === 0 ? paint.warn(': nobody has looked yet') : ''}`,
    ];
    return [head, ...observed.flatMap((one) => observationRows(one, now, paint))];
  });
}

function observationRows(
  { agent, failure, message, okAt, unparsed, features }: ObservationAnswer,
  now: number,
  paint: Paint,
): readonly (readonly [string, Sayable])[] {
  const age = okAt === null ? paint.bad('never saw it') : `saw it ${firstUnit(now - okAt)} ago`;
  const why =
    failure === null ? '' : text`; ${paint.warn(`since then ${failure}`)}${message === null ? '' : text`: ${oneLine(message, 200)}`}`;
  const lost = unparsed === 0 ? '' : paint.warn(`; ${unparsed} lines not understood`);
  const shown = features.slice(0, FEATURES_MAX).map(({ name, version, issued, used, expiresAt }): readonly [string, Sayable] => {
    const count = issued === null ? '' : `, ${used ?? '?'} of ${issued} in use`;
    return [
      '',
      text`    ${oneLine(name)}${version === null ? '' : text` ${oneLine(version)}`}${count}${expiresAt === null ? '' : `, ends ${day(expiresAt)}`}`,
    ];
  });
  const more = features.length > FEATURES_MAX ? [['', `    … and ${features.length - FEATURES_MAX} more features`] as const] : [];
  return [['', text`  ${oneLine(agent)} ${age}${why}${lost}`], ...shown, ...more];
}

/** What is missing first, because everything else reaches nobody without it. */
function nextOf({ name, owners, watches }: HeldAnswer, standing: OwnersAnswer | undefined): Sayable {
  if (owners.team === null) return 'name its owners in the inventory: owners: { team, people }, then glidepath apply';
  if (standing !== undefined && standing.state !== 'enough') return text`glidepath owner add ${shellWord(owners.team)} PERSON@example.com`;
  const [first] = watches;
  if (first === undefined) return text`name a probe that watches ${oneLine(name)} in the inventory, then glidepath apply`;
  return text`renew it with its vendor; then see it here: glidepath where ${shellWord(name)}`;
}

function listed(names: readonly string[]): Sayable {
  if (names.length === 0) return UNKNOWN;
  const shown = names.slice(0, NAMES_MAX).map((name) => oneLine(name));
  return names.length > NAMES_MAX ? `${shown.join(', ')} and ${names.length - NAMES_MAX} more` : shown.join(', ');
}

export function probeBlocks(probes: readonly ProbeAnswer[], now: number, paint: Paint): readonly (readonly Sayable[])[] {
  return probes.map((probe) => table(probeRows(probe, now, paint).map(([name, value]) => [paint.dim(name), value])));
}

function probeRows(
  { name, id, kind, everyMs, readings, servers }: ProbeAnswer,
  now: number,
  paint: Paint,
): readonly (readonly [string, Sayable])[] {
  const seen = readings.map(({ agent, failure, message, okAt, features, unparsed }): readonly [string, Sayable] => {
    const age = okAt === null ? paint.bad('never saw anything') : `saw ${features} features ${firstUnit(now - okAt)} ago`;
    const why =
      failure === null ? '' : text`; ${paint.warn(`since then ${failure}`)}${message === null ? '' : text`: ${oneLine(message, 200)}`}`;
    return ['seen by', text`${oneLine(agent)} ${age}${why}${unparsed === 0 ? '' : paint.warn(`; ${unparsed} lines not understood`)}`];
  });
  const failing = readings.some(({ failure }) => failure !== null);
  return [
    ['probe', text`${paint.bold(name)} (${id})`],
    ['what', text`${kind}, every ${durationWords(everyMs)}`],
    ...(seen.length === 0 ? [['seen by', paint.bad('nobody: no agent runs it')] as const] : seen),
    ...servers.map(({ name: server, state, message }) => ['server', text`${oneLine(server)} ${state}: ${oneLine(message, 200)}`] as const),
    ['next', seen.length === 0 ? 'glidepath agent --help' : failing ? text`glidepath probe ${kind} --help` : 'glidepath status'],
  ];
}
