/**
 * What a command is: one thing that the control plane does for a caller, free of any transport.
 *
 * Its `run` has four beats: gather (reads), decide (core), commit (one change set with audit and outbox), report. The
 * list of commands makes the HTTP routes, the OpenAPI document and the tests that range over all of them. Who calls,
 * whether the body fits its schema, whether the request was answered before: all that is settled before `run`.
 */
import type { Approval, CommitResult, Environment, Instant, Role, Store, Write } from '@glidepath/core';
import type { ErrorCode, IdPrefix, ProblemExtras } from '@glidepath/protocol';
import type { Static, TSchema } from 'typebox';
import type { Keyring, Signer } from './features/keys/keyring.ts';
import type { LeaseEngine } from './features/leases/engine/lease-engine.ts';
import type { Observations } from './features/observations/observations.ts';
import type { PolicyInForce } from './features/policies/policy-shelf.ts';
import type { UsageEngine } from './features/usage/usage-engine.ts';
import type { World } from './world.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Who may call: anybody, the bearer of a license key, an agent (a principal of that kind, by any token), or a principal
 * with (at least) this role.
 */
export type Auth = 'none' | 'license-key' | 'agent' | Role;

export type Actor =
  | { readonly kind: 'nobody'; readonly id: 'nobody' }
  /** `keyHash` is base64url SHA-256 of the key, as a proof names it. */
  | { readonly kind: 'license-key'; readonly id: string; readonly license: string; readonly keyHash: string }
  | { readonly kind: 'principal'; readonly id: string; readonly name: string; readonly token: string; readonly roles: readonly Role[] };

/** What happened, once: the audit log keeps it with its actor, the outbox tells others. Facts hold no secret and no person's name. */
export interface Happening {
  /** Noun and past participle: `license.suspended`. */
  readonly action: string;
  /** Id of what it happened to. */
  readonly subject: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** `audit` or `event` alone where both would be noise (renewals are counted, not audited one by one). Default: both. */
  readonly only?: 'audit' | 'event';
}

export interface Change {
  readonly writes: readonly Write[];
  readonly happened: readonly Happening[];
}

export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: ErrorCode;
  readonly detail: string;
  /** Extension members of the problem document, such as `word` (a signed verdict). */
  readonly extras: ProblemExtras;
}
/** What was gathered has changed meanwhile: the layer runs the command again. */
export interface Conflict {
  readonly kind: 'conflict';
  readonly result: Extract<CommitResult, { ok: false }>;
}
export type Outcome = Answer | Refusal | Conflict;

export function answer(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { kind: 'answer', status, body } : { kind: 'answer', status, body, headers };
}

/**
 * `detail` is a sentence about this occurrence; what is read by programs goes into `extras`. Names that others chose may
 * stand in the sentence: what a terminal would act on is made visible here.
 */
export function refuse(code: ErrorCode, detail: string, extras: ProblemExtras = {}): Refusal {
  return { kind: 'refusal', code, detail: visible(detail), extras };
}

function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

export interface Context<Body = unknown, Query = unknown> {
  readonly world: World;
  /** The command's one reading of the clock. */
  readonly now: Instant;
  readonly store: Store;
  readonly actor: Actor;
  /** The license key's, the token's, or `?environment=` (default `production`). Reading it in a command of scope `control-plane` is a bug. */
  readonly environment: Environment;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** As they came, names in lower case: for events whose attributes are headers. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  newId(prefix: IdPrefix): string;
  /** Whether the actor's roles, in this command's scope, satisfy one. */
  may(role: Role): boolean;
  /** The environment's signing key of now. */
  signer(): Promise<Signer>;
  readonly keyring: Keyring;
  /** Through which every change of a seat goes. */
  readonly leases: LeaseEngine;
  /** Through which all use is counted and set aside. */
  readonly usage: UsageEngine;
  /** Where every decision is taken note of. */
  readonly observations: Observations;
  /** A published policy by digest, checked and ready to decide with; null: never published. */
  policy(digest: string): Promise<PolicyInForce | null>;
  /** The same for what is in force already: of a version that was changed in the database the last whole one before it. */
  wholePolicy(digest: string): Promise<PolicyInForce | null>;
  /**
   * Commits the change with its audit entries, events and (for a request with an `Idempotency-Key`) its answer, and gives
   * the answer back. A conflict is a value: return it and the layer runs the command again, at most five times.
   */
  commit(change: Change, answer: Answer): Promise<Answer | Conflict>;
  /** What a second person has just approved, when this carries it out; null: nobody was asked. */
  readonly approval: Approval | null;
  /** The writes that keep the answer of a request with an `Idempotency-Key`, for a change that others commit. */
  kept(answer: Answer): readonly Write[];
}

export interface CommandSpec<B extends TSchema, Q extends TSchema> {
  /** `license.suspend`: noun, verb. */
  readonly name: string;
  readonly method: Method;
  /** With `{id}` for parameters. */
  readonly path: string;
  readonly summary: string;
  readonly auth: Auth;
  /** A command with a role also admits a license key (which then reaches its own license only: the command sees to it). */
  readonly admitsLicenseKey?: boolean;
  /** `control-plane` commands belong to no environment: access, health. Default `environment`. */
  readonly scope?: 'environment' | 'control-plane';
  /** `text`: the body is handed on as it was written (policies). Default `json`. */
  readonly reads?: 'json' | 'text';
  /** Content types that it reads; default by `reads`. */
  readonly media?: readonly string[];
  readonly body?: B;
  /** A request without a body is `{}`. */
  readonly bodyOptional?: boolean;
  /** Default 256 KiB. */
  readonly bodyLimit?: number;
  readonly query?: Q;
  readonly answers: Readonly<Record<number, TSchema>>;
  /** A transport that can keeps the answer open, as server-sent events; what is answered says about what. */
  readonly streams?: boolean;
  /** The answer holds a secret: it is sealed where it is kept for an `Idempotency-Key`. */
  readonly secretAnswer?: boolean;
  /**
   * Name of the parameter that is a license whose seats others may be changing without a pause: after two conflicts the
   * command is run in a turn on it.
   */
  readonly turnOn?: string;
  /** `own`: idempotent by other means (a nonce in the row); the header is then ignored. */
  readonly idempotency?: 'header' | 'own';
  /** Only where each change is counted, not audited one by one (renewals of leases): a commit may then tell nothing. */
  readonly audited?: false;
  run(context: Context<Static<B>, Static<Q>>): Promise<Outcome>;
}

/** A command as the layer sees it; bodies and queries were checked against the schemas before `run`. */
export type Command = CommandSpec<TSchema, TSchema>;

/** Ties the types of body and query to their schemas, and forgets them again for the list of commands. */
export function defineCommand<B extends TSchema = TSchema, Q extends TSchema = TSchema>(spec: CommandSpec<B, Q>): Command {
  return spec as unknown as Command;
}

/**
 * Work that the control plane does by itself, from `tick(now)`. It looks at how things are and not at what happened, and its
 * writes are guarded: a run too many, on this node or another, changes nothing.
 */
export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** `node`: each node does it for itself. Default `fleet`: one node does it for all. */
  readonly scope?: 'node' | 'fleet';
  /** Not run while this node's clock is skewed: the reaper, whatever ends something for others by the time. */
  readonly needsTrueTime?: boolean;
  run(context: JobContext): Promise<void>;
}
/** How a job has fared since this node started; a job whose `okAt` grows old is as bad as one that fails. */
export interface JobStatus {
  readonly name: string;
  readonly everyMs: number;
  /** When this node last looked whether it had a turn. */
  readonly ranAt: Instant | null;
  /** When it last ended well, on whichever node. */
  readonly okAt: Instant | null;
  /** Of this node. */
  readonly failures: number;
  /**
   * How long it has not ended well, counted while this node ticks: what a machine slept is nobody's failure.
   */
  readonly unwellMs: number;
}

export interface JobContext
  extends Pick<Context, 'world' | 'now' | 'store' | 'newId' | 'policy' | 'wholePolicy' | 'keyring' | 'leases' | 'observations'> {
  signerOf(environment: Environment): Promise<Signer>;
  /** Commits as the actor `system`. `false`: something changed meanwhile; the next tick sees it. */
  commit(environment: string | null, change: Change): Promise<CommitResult>;
  /**
   * Starts work that no tick waits for, because it waits for somebody else's machine. One at a time per key: false, and
   * nothing is started, while the one before still runs. What it throws is logged and counted as a failure of the job.
   */
  handOff(key: string, work: () => Promise<void>): boolean;
  /** How all jobs of this node have fared. */
  jobs(): readonly JobStatus[];
}
