/** What a command is given: its world as of this request, and the one way to change something. */
import { type Environment, type Instant, invariant } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { Actor, Command, Context } from './command.ts';
import { commitChange, type Outlet, type Signature } from './commit.ts';
import type { EnvironmentShelf } from './environment-shelf.ts';
import type { Keyring } from './features/keys/keyring.ts';
import type { LeaseEngine } from './features/leases/engine/lease-engine.ts';
import type { Observations } from './features/observations/observations.ts';
import type { PolicyShelf } from './features/policies/policy-shelf.ts';
import type { UsageEngine } from './features/usage/usage-engine.ts';
import { keep, type Once } from './idempotency.ts';
import type { LicenseKeyShelf } from './license-key-shelf.ts';
import { satisfies } from './roles.ts';
import type { World } from './world.ts';

/** What is shared by all requests of one server. */
export interface Room {
  readonly world: World;
  readonly keyring: Keyring;
  readonly shelf: PolicyShelf;
  readonly leases: LeaseEngine;
  readonly usage: UsageEngine;
  readonly observations: Observations;
  readonly environments: EnvironmentShelf;
  readonly licenseKeys: LicenseKeyShelf;
}

/** What the layer has settled before a command runs. */
export interface Settled {
  readonly actor: Actor;
  readonly environment: Environment | null;
  readonly now: Instant;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: Context['headers'];
  readonly once: Once | null;
}

/** `outlet`: of a turn, where the command has one. */
export function contextOf(room: Room, command: Command, settled: Settled, outlet: Outlet = room.world): Context {
  const { world } = room;
  const { actor, now, params, query, body, headers, once } = settled;
  const freshId: Context['newId'] = (prefix) => newId(prefix, now, world.entropy);
  const by: Signature = { actor: actor.id, environment: settled.environment?.id ?? null, now, newId: freshId };
  const kept: Context['kept'] = (given) => (once === null ? [] : keep(once, given, command, world, freshId('idm'), now));
  return {
    world,
    now,
    store: world.store,
    actor,
    get environment() {
      invariant(settled.environment !== null, `${command.name} belongs to no environment`);
      return settled.environment;
    },
    params,
    query,
    body,
    headers,
    newId: freshId,
    may: (role) => actor.kind === 'principal' && satisfies(actor.roles, role),
    signer() {
      invariant(settled.environment !== null, `${command.name} belongs to no environment`);
      return room.keyring.signer(settled.environment, now);
    },
    keyring: room.keyring,
    leases: room.leases,
    usage: room.usage,
    observations: room.observations,
    approval: null,
    kept,
    policy: (digest) => room.shelf.take(digest),
    wholePolicy: (digest) => room.shelf.takeWhole(digest),
    async commit(change, given) {
      invariant(change.happened.length > 0 || command.audited === false, `${command.name} tells what it did`);
      const result = await commitChange(outlet, change, by, kept(given));
      return result.ok ? given : { kind: 'conflict', result };
    },
  };
}
