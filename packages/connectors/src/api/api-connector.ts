/**
 * What connectors of HTTP APIs share: settings, asking, the meaning of a status, and the judgement of what was read. What an
 * answer means is each connector's own.
 */
import {
  type Connector,
  deny,
  EMPTY_SNAPSHOT,
  failureOf,
  type LatentAt,
  MINUTE,
  type Milliseconds,
  ok,
  type ProbeOutcome,
  type ProbeTools,
  type ReadContext,
  type SettingRule,
  type Snapshot,
} from '@glidepath/core';
import { createUnparsed, readLines, readText } from '../text/index.ts';
import { type Answer, ask, judgeStatus, type Question, type Settings } from './ask.ts';

export interface ApiWishes {
  readonly kind: string;
  readonly title: string;
  /** An example address, for the settings. */
  readonly example: string;
  /** What the credential is, such as "a token of the policy …". */
  readonly credential: string;
  readonly settings?: readonly SettingRule[];
  readonly everyAtLeastMs?: Milliseconds;
  /** Reads one answer, or a saved one; null where it recognises nothing. */
  read(source: Uint8Array, context: ReadContext): Snapshot | null;
  /** What is asked, in order. */
  readonly questions: readonly ApiQuestion[];
  /** Reads an answer whose status says no, where even that is a reading: a server that says it is down. */
  readRefusal?(answer: Answer): Snapshot | null;
  readonly latentAt?: LatentAt;
}

/** A bonus is asked where its credential is set, and its failure is a note. */
export type ApiQuestion = Question & { readonly isBonus?: boolean };

/** A license changes by the month; its server has other work. */
const EVERY_AT_LEAST_MS = 5 * MINUTE;

export function apiSettings(example: string, credential: string): readonly SettingRule[] {
  return [
    { name: 'url', type: 'url', required: true, about: `The address of the server, such as \`${example}\`.` },
    { name: 'credential', type: 'credential', required: false, about: `A credential by its name in the agent's own file: ${credential}.` },
  ];
}

export function apiConnector(wishes: ApiWishes): Connector {
  const { kind, title, latentAt } = wishes;
  return {
    kind,
    title,
    settings: [...apiSettings(wishes.example, wishes.credential), ...(wishes.settings ?? [])],
    everyAtLeastMs: wishes.everyAtLeastMs ?? EVERY_AT_LEAST_MS,
    read: async (source, context) => wishes.read(source, context) ?? nothingRead(source),
    probe: (settings, tools) => gather(wishes, settings, tools),
    ...(latentAt ? { latentAt } : {}),
  };
}

async function gather(wishes: ApiWishes, settings: Settings, tools: ProbeTools): Promise<ProbeOutcome> {
  let gathered: Snapshot = EMPTY_SNAPSHOT;
  for (const question of wishes.questions) {
    if (question.isBonus && settings.credential === undefined) continue;
    const answer = await ask(settings, tools, question);
    const failure = answer.ok ? judgeStatus(answer.value) : answer;
    const read = answer.ok ? readingOf(wishes, answer.value, failure === null, tools) : null;
    if (read) gathered = joined(gathered, read);
    else if (failure && !question.isBonus) return failure;
    else if (failure) gathered = { ...gathered, notes: [...gathered.notes, `${pathOf(question)} was not read: ${failure.message}`] };
  }
  return judged(gathered);
}

function readingOf(wishes: ApiWishes, answer: Answer, isGood: boolean, tools: ProbeTools): Snapshot | null {
  if (!isGood) return wishes.readRefusal?.(answer) ?? null;
  return wishes.read(answer.body, contextOf(tools)) ?? nothingRead(answer.body);
}

export function contextOf({ zone, now }: ProbeTools): ReadContext {
  return { zone, now, verifyWith: null, openWith: null };
}

function pathOf({ path }: Question): string {
  return path.split('?')[0] ?? path;
}

/** Success that saw nothing is a failure. */
export function judged(snapshot: Snapshot): ProbeOutcome {
  const failure = failureOf(snapshot);
  if (failure === null) return ok(snapshot);
  const first = snapshot.unparsed[0]?.text ?? '';
  if (failure === 'no-features') return deny(failure, 'The server answered, and named no license at all.');
  const what = first.startsWith('<') ? 'a web page, often of a login or a proxy' : 'nothing that is known of this server';
  return deny(failure, `The answer is ${what}.`, { unparsedCount: snapshot.unparsedCount });
}

/** Two answers of one server as one reading. */
export function joined(first: Snapshot, second: Snapshot): Snapshot {
  const kept = createUnparsed();
  for (const { line, text } of [...first.unparsed, ...second.unparsed]) kept.add({ number: line, text });
  return {
    takenAt: first.takenAt ?? second.takenAt,
    servers: [...first.servers, ...second.servers],
    features: [...first.features, ...second.features],
    unparsed: kept.lines,
    unparsedCount: first.unparsedCount + second.unparsedCount,
    notes: [...first.notes, ...second.notes],
    latent: [...first.latent, ...second.latent],
  };
}

/** A source of which nothing was recognised: its lines are counted, so that people see what came instead. */
export function nothingRead(source: Uint8Array): Snapshot {
  const unparsed = createUnparsed();
  const text = readText(source.subarray(0, LOOKED_AT_BYTES));
  for (const line of readLines(new TextEncoder().encode(text))) if (line.text.trim() !== '') unparsed.add(line);
  return { ...EMPTY_SNAPSHOT, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}

/** The beginning says what it is; the rest of a wrong page is not counted line by line. */
const LOOKED_AT_BYTES = 64 * 1024;
