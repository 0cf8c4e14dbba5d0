/**
 * Reads what `lstc_qrun -r` prints: a row per program, below it who runs it, at the end the total of the group.
 *
 * The programs of a group share its licenses: each may use all of them. A program that runs has `-` for what it uses, and its
 * runs below; what it uses is said once the total of the group agrees with those runs. Without `-r` only runs are listed.
 */
import {
  type FeatureReading,
  type HolderReading,
  type Instant,
  type ReadContext,
  type ServerReading,
  type Snapshot,
  unknownFeature,
} from '@glidepath/core';
import {
  type Ending,
  endOfDay,
  isDate,
  monthNamed,
  type Sourced,
  shownText,
  startReader,
  type TextLine,
  tellApart,
  type Unparsed,
  wholeNumber,
} from '../text/index.ts';

type Reading = Pick<Snapshot, 'servers' | 'features' | 'notes'>;

interface Program {
  readonly origin: string;
  readonly name: string;
  readonly ending: Ending | null;
  readonly issued: number | null;
  /** Null while the row has `-`. */
  used: number | null;
  queued: number | null;
  pool: string | null;
  readonly holders: HolderReading[];
}

const UNNAMED = 'license server';
const GROUP = 'LICENSE GROUP';

const SERVER = /^Using (?:\S+ )*server [0-9]+@(\S+)$/;
const FAILURE = /^\**\s*(?:ERROR\b|.*\b(?:failed to open|cannot connect|could not connect|not responding))/i;
const PROGRAM = /^(\S+)\s+([0-9]{2}\/[0-9]{2}\/[0-9]{4}|permanent|never|-)\s+([0-9]+|-)\s+([0-9]+|-)\s+([0-9]+|-)\s*\|\s*([0-9]+|-)?$/i;
const TOTAL = /^LICENSE GROUP\s+([0-9]+)\s+([0-9]+|-)\s+([0-9]+|-)\s*\|\s*([0-9]+|-)?$/;
/** A process on a host: `59005@n-13.example.com`. */
const PROCESS = /^[0-9]+@(\S+)$/;
const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/;
const CLOCK = /^([0-9]{2}):([0-9]{2})$/;
const NONE_QUEUED = /^No programs queued$/i;
const NOISE = [
  /^LICENSE INFORMATION$/,
  /^PROGRAM\s+EXPIRATION\b/,
  /^[-| ]{5,}$/,
  /^Running Programs$/,
  /^User\s+Host\s+Program\b/,
  /^No programs running/i,
];

/** Reads the lines; those that nobody understands are counted. */
export function readQrun(lines: readonly TextLine[], context: ReadContext, unparsed: Unparsed): Reading {
  const programs: Program[] = [];
  const servers: ServerReading[] = [];
  const notes: string[] = [];
  /** Programs of which only runs are listed so far. */
  const running = new Map<string, Program>();
  /** Rows whose runs stood in the list above: what stands below them says the same again. */
  const told = new Set<Program>();
  const starts = startReader(context.zone, context.now);
  let open: Program[] = [];
  let origin = UNNAMED;
  let groups = 0;
  let isAnswered = false;

  for (const line of lines) {
    const text = line.text.trim();
    if (text !== '' && !readLine(text, line.isCut)) unparsed.add(line);
  }

  function readLine(text: string, isCut: boolean): boolean {
    if (serverLine(text, isCut) || totalLine(text, isCut) || programLine(text, isCut)) return true;
    if (!isCut && (datedRunLine(text) || runLine(text))) return true;
    if (NONE_QUEUED.test(text)) for (const program of programs) if (program.origin === origin) program.queued ??= 0;
    const isNoise = NONE_QUEUED.test(text) || NOISE.some((noise) => noise.test(text));
    isAnswered ||= isNoise;
    return isNoise;
  }

  function serverLine(text: string, isCut: boolean): boolean {
    const name = SERVER.exec(text)?.[1];
    if (name !== undefined && !isCut) {
      origin = name;
      open = [];
      servers.push({ name, state: 'up', reason: null });
      return true;
    }
    if (!FAILURE.test(text)) return false;
    const failed = servers.pop() ?? { name: UNNAMED };
    servers.push({ name: failed.name, state: 'down', reason: shownText(text) });
    return true;
  }

  function programLine(text: string, isCut: boolean): boolean {
    const [, name, expiry, used, , issued, queued] = PROGRAM.exec(text) ?? [];
    if (name === undefined || expiry === undefined) return false;
    const counts = { issued: wholeNumber(issued), used: wholeNumber(used), queued: isCut ? null : wholeNumber(queued) };
    const program: Program = { origin, name, ending: endingOf(expiry, context.zone), ...counts, pool: null, holders: listedRuns(name) };
    if (program.holders.length > 0) told.add(program);
    isAnswered = true;
    programs.push(program);
    open.push(program);
    return program.ending !== null || expiry === '-';
  }

  /** The runs of a program that was listed before its row, which takes its place. */
  function listedRuns(name: string): HolderReading[] {
    const key = JSON.stringify([origin, name]);
    const listed = running.get(key);
    if (!listed) return [];
    running.delete(key);
    programs.splice(programs.indexOf(listed), 1);
    return listed.holders;
  }

  function runLine(text: string): boolean {
    const words = text.split(/\s+/);
    const host = PROCESS.exec(words.at(-2) ?? '')?.[1];
    const held = wholeNumber(words.at(-1));
    const user = words.slice(0, -2).join(' ');
    const program = open.at(-1);
    if (user === '' || host === undefined || held === null || !program) return false;
    if (told.delete(program)) program.holders.length = 0;
    program.holders.push({ user, host, count: held, since: null });
    return true;
  }

  function datedRunLine(text: string): boolean {
    const words = text.split(/\s+/);
    const [process = '', name, weekday = '', monthWord = '', day = '', clock = '', count] = words.slice(-7);
    const [host, time] = [PROCESS.exec(process)?.[1], CLOCK.exec(clock)];
    const [month, held, user] = [monthNamed(monthWord), wholeNumber(count), words.slice(0, -7).join(' ')];
    if (user === '' || host === undefined || name === undefined || !time || month === null || held === null) return false;
    if (!WEEKDAY.test(weekday) || !/^[0-9]{1,2}$/.test(day)) return false;
    const since: Instant | null = starts(month, Number(day), Number(time[1]), Number(time[2]));
    const key = JSON.stringify([origin, name]);
    const listed = running.get(key);
    const program: Program = listed ?? { origin, name, ending: null, issued: null, used: null, queued: null, pool: null, holders: [] };
    if (!listed) programs.push(program);
    running.set(key, program);
    program.holders.push({ user, host, count: held, since });
    return true;
  }

  function totalLine(text: string, isCut: boolean): boolean {
    const found = TOTAL.exec(text);
    const total = wholeNumber(found?.[1]);
    if (!found || total === null) return false;
    groups += 1;
    for (const program of open) program.pool = groups === 1 ? GROUP : `${GROUP} ${groups}`;
    settleUse(open, total);
    const shares = open.length === 1 ? 'One program uses' : `${open.length} programs share`;
    if (!isCut && open.length > 0) notes.push(`${shares} the ${found[3]} licenses of ${open[0]?.pool}: ${total} in use, ${found[2]} free.`);
    open = [];
    return true;
  }

  const heard = servers.map((server): ServerReading => {
    if (server.state !== 'up' || isAnswered) return server;
    return { ...server, state: 'unknown', reason: 'the output ends before it answers' };
  });
  return { servers: heard, features: tellApart(programs.map(sourced)), notes };
}

/** What programs with `-` use: their runs, if with what the others use they make up the total. */
function settleUse(group: readonly Program[], total: number): void {
  const running = group.filter(({ used }) => used === null);
  const others = group.reduce((sum, { used }) => sum + (used ?? 0), 0);
  const held = ({ holders }: Program): number => holders.reduce((sum, { count }) => sum + count, 0);
  const [alone] = running;
  if (alone && running.length === 1 && others === 0) alone.used = total;
  else if (running.reduce((sum, program) => sum + held(program), others) === total)
    for (const program of running) program.used = held(program);
}

function endingOf(word: string, zone: string): Ending | null {
  if (/^(?:permanent|never)$/i.test(word)) return { expiresAt: null, ends: 'permanent' };
  const [month = 0, day = 0, year = 0] = word.split('/').map(Number);
  return isDate(year, month, day) ? { expiresAt: endOfDay(year, month, day, zone), ends: 'dated' } : null;
}

function sourced({ origin, name, ending, issued, used, queued, pool, holders }: Program): Sourced {
  const feature: FeatureReading = {
    ...unknownFeature(name),
    ...{ pool, issued, used, queued, holders },
    ...{ expiresAt: ending?.expiresAt ?? null, ends: ending?.ends ?? 'unstated' },
  };
  return { feature, origin };
}
