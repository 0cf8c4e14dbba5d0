/**
 * The command layer: who calls, may they, is the input right, was it answered before; then the command; then one response.
 *
 * Free of any transport and deterministic: all time and chance come from the world. A command reads the clock once, here.
 * A conflict (what was gathered has changed) runs the command again; a Fault is a 503 or 500 that says nothing of our
 * inside; nothing thrown leaves `handle`.
 */
import { type Environment, Fault, type Instant, invariant, type Role } from '@glidepath/core';
import { type InputError, newId, PROBLEM_MEDIA_TYPE, problem } from '@glidepath/protocol';
import type { TSchema } from 'typebox';
import {
  type Actor,
  type Answer,
  answer,
  type Command,
  type Conflict,
  type Context,
  type Job,
  type Outcome,
  type Refusal,
  refuse,
} from './command.ts';
import { commitChange, type Signature } from './commit.ts';
import { COMMANDS, JOBS } from './features/index.ts';
import { createKeyring, type Keyring } from './features/keys/keyring.ts';
import { createPolicyShelf, type PolicyShelf } from './features/policies/policy-shelf.ts';
import { asksOnce, isIdempotencyKey, keep, type Once, recall, replay, requestHash } from './idempotency.ts';
import { accessTo } from './identity.ts';
import { checkInput, decodeText, hostileText, type Input, parseJson } from './input.ts';
import { createJobRunner, type JobStatus } from './jobs.ts';
import { type CommandRequest, type CommandResponse, createRouter, JSON_TYPE, type Match } from './request.ts';
import { satisfies } from './roles.ts';
import type { World } from './world.ts';

export interface Server {
  readonly world: World;
  readonly commands: readonly Command[];
  handle(request: CommandRequest): Promise<CommandResponse>;
  /** For what an adapter serves by itself: null when the bearer has the role for the whole control plane, else the refusal. */
  admits(role: Role, authorization: string | undefined, requestId?: string): Promise<CommandResponse | null>;
  /** Runs the jobs that are due. Never throws; what a job says wrong is logged and counted. */
  tick(now: Instant): Promise<void>;
  jobs(): readonly JobStatus[];
}

export interface ServerOptions {
  readonly commands?: readonly Command[];
  readonly jobs?: readonly Job[];
  /** Checks every answer against its schema; for tests. */
  readonly checkAnswers?: boolean;
}

/** How often a command is run when others keep changing what it gathered. */
const ATTEMPTS = 5;
const BODY_LIMIT = 256 * 1024;
const utf8 = new TextEncoder();

/** What is shared by all requests of one server. */
interface Room {
  readonly world: World;
  readonly keyring: Keyring;
  readonly shelf: PolicyShelf;
  readonly checkAnswers: boolean;
}

export function createServer(world: World, options: ServerOptions = {}): Server {
  const commands = options.commands ?? COMMANDS;
  const room: Room = {
    world,
    keyring: createKeyring(world),
    shelf: createPolicyShelf(world.store),
    checkAnswers: options.checkAnswers ?? false,
  };
  const find = createRouter(commands);
  const runner = createJobRunner(world, options.jobs ?? JOBS, room);
  return {
    world,
    commands,
    async handle(request) {
      const match = find(request.method, request.path);
      const outcome = match.kind === 'command' ? await carryOut(room, match, request) : missing(match, request);
      return responseOf(outcome, match.kind === 'command' ? match.command.name : null, request);
    },
    async admits(role, authorization, requestId) {
      const gate: Command = {
        name: `as ${role}`,
        method: 'GET',
        path: '',
        summary: '',
        auth: role,
        scope: 'control-plane',
        answers: {},
        run: async () => answer(204, null),
      };
      const outcome = await carryOut(
        room,
        { kind: 'command', command: gate, params: {} },
        { method: 'GET', path: '', headers: { authorization } },
      );
      return outcome.kind === 'answer'
        ? null
        : responseOf(outcome, null, { method: 'GET', path: '', ...(requestId === undefined ? {} : { requestId }) });
    },
    tick: runner.tick,
    jobs: runner.status,
  };
}

type Found = Extract<Match, { kind: 'command' }>;

function missing(match: Exclude<Match, Found>, request: CommandRequest): Refusal {
  if (match.kind === 'method-not-allowed')
    return refuse('method-not-allowed', `Allowed here: ${match.allowed.join(', ')}.`, { facts: { allow: match.allowed } });
  if (match.kind === 'bad-encoding')
    return refuse('bad-input', 'The path has a broken percent-encoding.', { errors: [pathError(request.path)] });
  return refuse('not-found', 'There is no such route.');
}

function pathError(path: string): InputError {
  return { path: 'params', found: JSON.stringify(path.slice(0, 80)), expected: 'percent-encoded UTF-8' };
}

async function carryOut(room: Room, { command, params }: Found, request: CommandRequest): Promise<Exclude<Outcome, Conflict>> {
  try {
    return await attempt(room, command, params, request);
  } catch (error) {
    return faultOf(error, room.world, command, request);
  }
}

function faultOf(error: unknown, { log }: World, command: Command, { requestId }: CommandRequest): Refusal {
  const fault = error instanceof Fault ? error : null;
  if (fault?.code === 'unstorable-value') return refuse('bad-input', `This cannot be stored: ${fault.message}.`);
  log.error('command-failed', { command: command.name, requestId, code: fault?.code ?? 'bug', error });
  if (fault?.retryable === true)
    return refuse('store-unavailable', 'The database does not answer; try again soon.', { retryAfterMs: 1_000 });
  return refuse('internal', 'Something is wrong in the control plane itself; its log has the details under this request id.');
}

async function attempt(
  room: Room,
  command: Command,
  params: Found['params'],
  request: CommandRequest,
): Promise<Exclude<Outcome, Conflict>> {
  const { world } = room;
  const now = world.clock.now();
  const { environment, ...others } = request.query ?? {};
  // A control-plane command may ask for one environment's records; elsewhere the environment is the layer's business.
  const query = command.scope === 'control-plane' && environment !== undefined ? { ...others, environment } : others;
  if (Array.isArray(environment)) return badInput([{ path: 'query/environment', found: 'several', expected: 'one name' }]);
  const hostile = hostileText(params, 'params') ?? hostileText(request.query ?? {}, 'query');
  if (hostile !== null) return badInput([hostile]);
  const authorization = request.headers?.authorization;
  const access = await accessTo(command, {
    store: world.store,
    crypto: world.crypto,
    now,
    authorization,
    environment: environment as string | undefined,
  });
  if ('code' in access) return access;
  const input = readInput(command, query, request);
  if ('code' in input) return input;
  const key = request.headers?.['idempotency-key'];
  const isOnce = asksOnce(command, access.actor, key);
  if (isOnce && !isIdempotencyKey(key)) {
    return badInput([{ path: 'header/Idempotency-Key', found: `${key.length} characters`, expected: '1 to 255 visible ASCII characters' }]);
  }
  const bound = isOnce ? requestHash(world, [request.method, request.path, JSON.stringify([environment, query]), input.text]) : '';
  for (let count = 0; count < ATTEMPTS; count++) {
    const once = isOnce ? await recall(world.store, access.actor.id, key, bound, now) : null;
    const before = once === null ? null : replay(once, world);
    if (before !== null) return before;
    const outcome = await command.run(contextOf(room, command, { ...access, now, params, query: input.query, body: input.body, once }));
    // Of two equal requests at once the loser may meet the winner's records first, and call them taken.
    const later = outcome.kind === 'refusal' && once !== null ? await recall(world.store, once.principal, once.key, bound, now) : null;
    const meanwhile = later === null ? null : replay(later, world);
    if (meanwhile !== null) return meanwhile;
    if (outcome.kind !== 'conflict') return outcome;
    world.log.debug('command-conflict', { command: command.name, ...outcome.result });
  }
  return refuse('busy-record', 'Others kept changing the same record; nothing was written.', { retryAfterMs: 100 });
}

interface ReadInput {
  readonly text: string;
  readonly body: unknown;
  readonly query: unknown;
}

function readInput(command: Command, query: object, request: CommandRequest): ReadInput | Refusal {
  const size = request.body === undefined ? 0 : typeof request.body === 'string' ? utf8.encode(request.body).length : request.body.length;
  const limit = command.bodyLimit ?? BODY_LIMIT;
  if (size > limit) return refuse('too-large', `The body has ${size} bytes; this route reads ${limit}.`);
  const media = request.headers?.['content-type'];
  if (size > 0 && media !== undefined && !readsMedia(command, media)) {
    return refuse('unsupported-media-type', `This route reads ${MEDIA[command.reads ?? 'json'].join(', ')}.`);
  }
  const checkedQuery = checkInput(command.query ?? NO_QUERY, { ...query }, 'query');
  const text = decodeText(request.body);
  if (!text.ok) return badInput(text.errors);
  const body = readBody(command, text.value);
  const errors = [...(checkedQuery.ok ? [] : checkedQuery.errors), ...(body.ok ? [] : body.errors)];
  if (!body.ok && body.isSyntax === true) return refuse('not-json', 'The body is not JSON.', { errors });
  if (!checkedQuery.ok || !body.ok) return badInput(errors);
  return { text: text.value, body: body.value, query: checkedQuery.value };
}

const MEDIA = {
  json: ['application/json'],
  text: ['application/yaml', 'text/yaml', 'application/x-yaml', 'text/plain', 'application/json'],
} as const;

function readsMedia(command: Command, media: string): boolean {
  const [essence = ''] = media.toLowerCase().split(';', 1);
  const known: readonly string[] = MEDIA[command.reads ?? 'json'];
  return known.includes(essence.trim());
}

const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false } as TSchema;

function readBody(command: Command, text: string): Input<unknown> & { readonly isSyntax?: boolean } {
  if (command.body === undefined) {
    if (text.trim() === '' || text.trim() === '{}') return { ok: true, value: {} };
    return { ok: false, errors: [{ path: '', found: 'a body', expected: 'none: this route reads none' }] };
  }
  if (command.reads === 'text') return checkText(command.body, text);
  if (command.bodyOptional === true && text.trim() === '') return checkInput(command.body, {}, 'body');
  const parsed = parseJson(text);
  return parsed.ok
    ? checkInput(command.body, parsed.value, 'body')
    : { ...parsed, isSyntax: parsed.errors[0]?.expected.startsWith('JSON') === true };
}

function checkText(schema: TSchema, text: string): Input<unknown> {
  const hostile = hostileText(text, '');
  return hostile === null ? checkInput(schema, text, 'body') : { ok: false, errors: [hostile] };
}

function badInput(errors: readonly InputError[]): Refusal {
  const [first] = errors;
  const where = first === undefined || first.path === '' ? 'The body' : `"${first.path}"`;
  const detail = first === undefined ? undefined : `${where}: found ${first.found}, expected ${first.expected}.`;
  return refuse('bad-input', detail ?? 'The request is not of the form that this route reads.', { errors });
}

interface Gathered {
  readonly actor: Actor;
  readonly environment: Environment | null;
  readonly now: Instant;
  readonly params: Found['params'];
  readonly query: unknown;
  readonly body: unknown;
  readonly once: Once | null;
}

function contextOf(room: Room, command: Command, gathered: Gathered): Context {
  const { world } = room;
  const { actor, now, params, query, body, once } = gathered;
  const freshId: Context['newId'] = (prefix) => newId(prefix, now, world.entropy);
  const by: Signature = { actor: actor.id, environment: gathered.environment?.id ?? null, now, newId: freshId };
  return {
    world,
    now,
    store: world.store,
    actor,
    get environment() {
      invariant(gathered.environment !== null, `${command.name} belongs to no environment`);
      return gathered.environment;
    },
    params,
    query,
    body,
    newId: freshId,
    may: (role) => actor.kind === 'principal' && satisfies(actor.roles, role),
    signer() {
      invariant(gathered.environment !== null, `${command.name} belongs to no environment`);
      return room.keyring.signer(gathered.environment, now);
    },
    keyring: room.keyring,
    policy: (digest) => room.shelf.take(digest),
    async commit(change, given) {
      invariant(change.happened.length > 0 || command.audited === false, `${command.name} tells what it did`);
      if (room.checkAnswers) checkAnswer(command, given);
      const kept = once === null ? [] : keep(once, given, command, world, freshId('idm'), now);
      const result = await commitChange(world, change, by, kept);
      return result.ok ? given : { kind: 'conflict', result };
    },
  };
}

function checkAnswer(command: Command, given: Answer): void {
  const schema = command.answers[given.status];
  invariant(schema !== undefined, `${command.name} declares its answer ${given.status}`);
  const checked = checkInput(schema, JSON.parse(JSON.stringify(given.body)), 'body');
  invariant(checked.ok, `${command.name} answers as declared: ${checked.ok ? '' : JSON.stringify(checked.errors)}`);
}

function responseOf(outcome: Exclude<Outcome, Conflict>, command: string | null, request: CommandRequest): CommandResponse {
  if (outcome.kind === 'answer') {
    return { status: outcome.status, headers: outcome.headers ?? {}, contentType: JSON_TYPE, body: outcome.body, command, code: 'ok' };
  }
  const instance = request.requestId === undefined ? {} : { instance: request.requestId };
  const body = problem(outcome.code, outcome.detail, { ...outcome.extras, ...instance });
  return {
    status: body.status,
    headers: headersOf(outcome, body.status),
    contentType: PROBLEM_MEDIA_TYPE,
    body,
    command,
    code: outcome.code,
  };
}

function headersOf({ extras }: Refusal, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (extras.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(extras.retryAfterMs / 1_000));
  const allow = extras.facts?.allow;
  if (status === 405 && Array.isArray(allow)) headers.allow = allow.join(', ');
  return headers;
}
