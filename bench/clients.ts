/**
 * Real clients that hold a real signed lease of the build server, in a virtual world: nothing is simulated in `check`, only
 * the server and the clocks around it are not there.
 */
import { type Milliseconds, type Policy, pathTerms } from '@glidepath/core';
import type { LicenceClient } from '../packages/client/src/client.ts';
import { World } from '../packages/client/src/world-fixture.ts';

/** A client whose license ends at that distance from now; negative when past. */
export async function clientOf(policy: Policy, expiresInMs: Milliseconds): Promise<LicenceClient> {
  const world = new World();
  world.server.terms = { path: pathTerms(policy), expiresAt: (world.time.now() + expiresInMs) as never };
  const { client } = await world.ready(world.machine());
  return client;
}
