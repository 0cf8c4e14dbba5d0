/**
 * The command layer: who calls, may they, is the input right, was it answered before; then the command; then one response.
 *
 * Free of any transport and deterministic: all time and chance come from the world. A command reads the clock once, here.
 * A conflict (what was gathered has changed) runs the command again; a Fault is a 503 or 500 that says nothing of our
 * inside; nothing thrown leaves `handle`.
 */
import { type Instant, invariant, type Role } from '@glidepath/core';
import type { InputError } from '@glidepath/protocol';
import {
  type Answer,
  answer,
  type Command,
  type Conflict,
  type Job,
  type JobStatus,
  type Outcome,
  type Refusal,
  refuse,
} from './command.ts';
import { contextOf, type Room } from './context.ts';
import { createEnvironmentShelf } from './environment-shelf.ts';
import { faultRefusal } from './fault-refusal.ts';
import { COMMANDS, JOBS } from './features/index.ts';
import { createKeyring } from './features/keys/keyring.ts';
import { createLeaseEngine } from './features/leases/engine/lease-engine.ts';
import { forgetKeySetHint } from './features/leases/key-set-hint.ts';
import { createObservations } from './features/observations/observations.ts';
import type { Recorded } from './features/observations/recorder.ts';
import { createPolicyShelf } from './features/policies/policy-shelf.ts';
import { createUsageEngine } from './features/usage/usage-engine.ts';
import { asksOnce, isIdempotencyKey, type Once, recall, replay, requestHash } from './idempotency.ts';
import { accessTo } from './identity.ts';
import { checkInput, hostileText } from './input.ts';
import { createJobRunner } from './jobs.ts';
import { createLicenseKeyShelf } from './license-key-shelf.ts';
import { type Entered, OPEN } from './limiter/gate.ts';
import { badInput, readInput } from './read-input.ts';
import { type CommandRequest, type CommandResponse, createRouter, type Match } from './request.ts';
import { responseOf } from './respond.ts';
import type { Hint, World } from './world.ts';

export interface Server {
  readonly world: World;
  readonly commands: readonly Command[];
  handle(request: CommandRequest): Promise<CommandResponse>;
  /**
   * For what an adapter serves by itself, under a name such as `metrics.read`: null when the bearer has the role for the whole
   * control plane and does not ask too often, else the refusal.
   */
  admits(role: Role, name: string, request: CommandRequest): Promise<CommandResponse | null>;
  /** Runs the jobs that are due. Never throws; what a job says wrong is logged and counted. */
  tick(now: Instant): Promise<void>;
  jobs(): readonly JobStatus[];
  /** When nothing runs any more that jobs handed off. */
  settled(): Promise<void>;
  /** What of its decisions this node has recorded, and what not. */
  recorded(): Recorded;
  /** Writes down what this node holds of its decisions: before it ends. */
  writeDown(): Promise<void>;
}

export interface ServerOptions {
  readonly commands?: readonly Command[];
  readonly jobs?: readonly Job[];
  /** Checks every answer against its schema; for tests. */
  readonly checkAnswers?: boolean;
}

/** How often a command is run when others keep changing what it gathered. */
const ATTEMPTS = 5;
/** Of these, without a turn on the license where the command could have one. */
const FREE_ATTEMPTS = 2;

export function createServer(world: World, options: ServerOptions = {}): Server {
  const commands = options.commands ?? COMMANDS;
  const shelf = createPolicyShelf(world);
  const room: Room = {
    ...{ world, shelf },
    keyring: createKeyring(world),
    leases: createLeaseEngine(world, shelf),
    usage: createUsageEngine(world, shelf),
    observations: createObservations(world, shelf),
    environments: createEnvironmentShelf(world.store),
    licenseKeys: createLicenseKeyShelf(world.store),
  };
  forgetOnHints(room);
  const find = createRouter(commands);
  const runner = createJobRunner(world, options.jobs ?? JOBS, room);
  return {
    world,
    commands,
    async handle(request) {
      const match = find(request.method, request.path);
      const command = match.kind === 'command' ? match.command : null;
      const { outcome, headers } = await enter(room, match, request);
      if (options.checkAnswers === true && command !== null && outcome.kind === 'answer') checkAnswer(command, outcome);
      return withHeaders(responseOf(outcome, command?.name ?? null, request), headers);
    },
    async admits(role, name, request) {
      const command = gateFor(role, name);
      const { outcome, headers } = await enter(room, { kind: 'command', command, params: {} }, request);
      return outcome.kind === 'answer' ? null : withHeaders(responseOf(outcome, null, request), headers);
    },
    tick: runner.tick,
    jobs: runner.status,
    settled: runner.settled,
    recorded: room.observations.recorded,
    writeDown: () => room.observations.flush(world.clock.now()),
  };
}

/** What changed on whichever node is read again at once, and not when it has grown old. */
function forgetOnHints({ world, keyring, licenseKeys }: Room): void {
  world.bus.subscribe(({ type, environment }) => {
    if (type.startsWith('license.key-')) licenseKeys.forgetAll();
    const isKey = type.startsWith('key.') || type.startsWith('key-set.');
    if (!isKey || environment === null) return;
    keyring.forget(environment);
    forgetKeySetHint(world.store, environment);
  });
}

/** A command that does nothing, for whoever has the role. */
function gateFor(role: Role, name: string): Command {
  const run = async () => answer(204, null);
  return { name, method: 'GET', path: '', summary: '', auth: role, scope: 'control-plane', answers: {}, run };
}

function withHeaders(response: CommandResponse, headers: CommandResponse['headers']): CommandResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}

type LetIn = Extract<Entered, { readonly refusal: null }>;

/** Past the gate, if it is open; what was let in leaves again, whatever becomes of it. */
async function enter(room: Room, match: Match, request: CommandRequest): Promise<{ outcome: Settled; headers: Entered['headers'] }> {
  const entered = room.world.gate?.enter(match.kind === 'command' ? match.command : null, request) ?? OPEN;
  if (entered.refusal !== null) return { outcome: entered.refusal, headers: entered.headers };
  const outcome = match.kind === 'command' ? await carryOut(room, match, request, entered) : missing(match, request);
  entered.leave(outcome);
  return { outcome, headers: entered.headers };
}

type Found = Extract<Match, { kind: 'command' }>;
type Settled = Exclude<Outcome, Conflict>;

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

async function carryOut(room: Room, { command, params }: Found, request: CommandRequest, entered: LetIn = OPEN): Promise<Settled> {
  try {
    return await attempt(room, command, params, request, entered);
  } catch (error) {
    return faultRefusal(error, room.world.log, { command: command.name, requestId: request.requestId });
  }
}

async function attempt(
  room: Room,
  command: Command,
  params: Found['params'],
  request: CommandRequest,
  { identified }: LetIn,
): Promise<Settled> {
  const { environments, licenseKeys, world } = room;
  const { store, crypto, clock } = world;
  const now = clock.now();
  const { environment, ...others } = request.query ?? {};
  if (typeof environment === 'object') return badInput([{ path: 'query/environment', found: 'several', expected: 'one name' }]);
  const hostile = hostileText(params, 'params') ?? hostileText(request.query ?? {}, 'query');
  if (hostile !== null) return badInput([hostile]);
  const access = await accessTo(command, {
    store,
    environments,
    licenseKeys,
    crypto,
    now,
    authorization: request.headers?.authorization,
    environment,
  });
  identified(access);
  if ('code' in access) return access;
  // A control-plane command may ask for one environment's records; elsewhere the environment is the layer's business.
  const query = command.scope === 'control-plane' && environment !== undefined ? { ...others, environment } : others;
  const input = readInput(command, query, request);
  if ('code' in input) return input;
  const key = request.headers?.['idempotency-key'];
  const settled = { ...access, now, params, query: input.query, body: input.body, headers: request.headers ?? {} };
  if (!asksOnce(command, access.actor, key)) return runUntilSettled(room, command, settled, null);
  if (!isIdempotencyKey(key)) {
    return badInput([{ path: 'header/Idempotency-Key', found: `${key.length} characters`, expected: '1 to 255 visible ASCII characters' }]);
  }
  const bodyHash = requestHash(room.world, [request.method, request.path, JSON.stringify([environment, query]), input.text]);
  return runUntilSettled(room, command, settled, () => recall(store, access.actor.id, key, bodyHash, now));
}

/** Others that change the seats of this license wait, or meet the changed license; what happened is told when it is durable. */
async function runInTurn(room: Room, command: Command, settled: Parameters<typeof contextOf>[2], license: string): Promise<Outcome> {
  const hints: Hint[] = [];
  const bus = { publish: (hint: Hint) => void hints.push(hint) };
  const outcome = await room.world.store.inTurn(license, (store) => command.run(contextOf(room, command, settled, { store, bus })));
  for (const hint of hints) room.world.bus.publish(hint);
  return outcome;
}

/** Runs the command, again after a conflict; with `Idempotency-Key`, gives the kept answer wherever there is one. */
async function runUntilSettled(
  room: Room,
  command: Command,
  settled: Omit<Parameters<typeof contextOf>[2], 'once'>,
  look: (() => Promise<Once>) | null,
): Promise<Settled> {
  for (let count = 0; count < ATTEMPTS; count++) {
    const once = look === null ? null : await look();
    const kept = once === null ? null : replay(once, room.world);
    if (kept !== null) return kept;
    const license = count < FREE_ATTEMPTS ? undefined : settled.params[command.turnOn ?? ''];
    const outcome = await (license === undefined
      ? command.run(contextOf(room, command, { ...settled, once }))
      : runInTurn(room, command, { ...settled, once }, license));
    // Of two equal requests at once the loser may meet the winner's records first, and call them taken.
    const meanwhile = outcome.kind === 'refusal' && look !== null ? replay(await look(), room.world) : null;
    if (meanwhile !== null) return meanwhile;
    if (outcome.kind !== 'conflict') return outcome;
    room.world.log.debug('command-conflict', { command: command.name, ...outcome.result });
  }
  return refuse('busy-record', 'Others kept changing the same record; nothing was written.', { retryAfterMs: 100 });
}

/** In tests: what is answered is what was declared. */
function checkAnswer(command: Command, given: Answer): void {
  const schema = command.answers[given.status];
  invariant(schema !== undefined, `${command.name} declares its answer ${given.status}`);
  const checked = checkInput(schema, JSON.parse(JSON.stringify(given.body)), 'body');
  invariant(checked.ok, `${command.name} answers as declared: ${checked.ok ? '' : JSON.stringify(checked.errors)}`);
}
