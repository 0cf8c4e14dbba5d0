/**
 * What promoting a version would change, and for how many: the difference from the version in force, its digest (which a
 * promotion shows to say that it was seen), and the live licenses that are in the differing states now.
 *
 * Counting reads licenses page by page and ends after a while, however many there are; the answer says how far it came.
 */
import {
  comparePolicies,
  isInState,
  isSeenByServer,
  type LicenseFacts,
  type LicenseProgress,
  licenseStatusAt,
  type PolicyDifference,
  quotaClaims,
} from '@glidepath/core';
import { PolicyDifferenceRequest, PolicyDifferenceView } from '@glidepath/protocol/http';
import { digestOf } from '@glidepath/protocol/policy';
import { answer, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { gatherAround, situationsAt } from '../leases/license-facts.ts';
import { nothingCalled } from '../references.ts';

/** A person waits for it: what was not counted by then is said not to have been. */
const COUNTING_MS = 1_500;
const COUNTED_MAX = 20_000;
const PAGE = 200;

export interface SeenDifference {
  readonly difference: PolicyDifference;
  /** Over the canonical form of the difference, both versions' digests included. */
  readonly digest: string;
}

/** The difference between what the environment uses under a name and a published candidate, or why there is none. */
export async function differenceFor(
  { store, environment, policy, world }: Pick<Context, 'store' | 'environment' | 'policy' | 'world'>,
  name: string,
  candidate: string,
): Promise<SeenDifference | Refusal> {
  const pointer = await store.get('policyPointer', `${environment.id}/${name}`);
  const next = await policy(candidate);
  if (next === null) return nothingCalled('policy', candidate);
  if (next.policy.name !== name) return refuse('conflict', `The policy ${candidate} is named "${next.policy.name}", not "${name}".`);
  const present = pointer === null ? null : await policy(pointer.digest);
  const difference = comparePolicies(present?.policy ?? null, next.policy, { before: present?.digest ?? null, after: next.digest });
  return { difference, digest: digestOf(difference, world.crypto) };
}

const compare = defineCommand({
  name: 'policy.difference',
  method: 'POST',
  path: '/v1/policy-differences',
  summary: 'Compares a published version with the one in force, and counts whom it concerns now',
  auth: 'viewer',
  body: PolicyDifferenceRequest,
  answers: { 200: PolicyDifferenceView },
  idempotency: 'own',
  async run(context) {
    const { name, candidate } = context.body;
    const seen = await differenceFor(context, name, candidate);
    if ('code' in seen) return seen;
    return answer(200, { ...seen, live: await countLive(context, name, seen.difference) });
  },
});

interface Counted {
  licenses: number;
  seats: number;
}

async function countLive(context: Context<unknown>, name: string, { states }: PolicyDifference) {
  const { store, world, environment, now } = context;
  const until = world.clock.monotonic() + COUNTING_MS;
  const where = { environment: environment.id, policyName: name, policyMode: 'follow' } as const;
  const live: Counted = { licenses: 0, seats: 0 };
  const counts = states.map((): Counted => ({ licenses: 0, seats: 0 }));
  let read = 0;
  let isComplete = false;
  for (let after: string | undefined; read < COUNTED_MAX && world.clock.monotonic() < until; ) {
    const page = await store.find('license', where, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const progress of await progressOf(
      context,
      page.map(({ id }) => id),
    )) {
      if (progress.startsAt > now || (progress.revokedAt !== null && progress.seatsUsed === 0)) continue;
      add(live, progress);
      states.forEach((state, at) => {
        const count = counts[at];
        if (count !== undefined && isInState(progress, state)) add(count, progress);
      });
    }
    read += page.length;
    isComplete = page.length < PAGE;
    if (isComplete) break;
    after = page.at(-1)?.id;
  }
  const byState = states.map((state, at) => ({ state: at, ...(isSeenByServer(state) ? counts[at] : { licenses: null, seats: null }) }));
  return { ...live, byState, read, isComplete };
}

function add(count: Counted, { seatsUsed }: LicenseProgress): void {
  count.licenses += 1;
  count.seats += seatsUsed;
}

/** A license that is gone meanwhile is left out. */
async function progressOf(context: Context<unknown>, licenses: readonly string[]) {
  const { store, now } = context;
  const asks = licenses.map((license) => ({ license, holders: [] }));
  const situations = asks.length === 0 ? [] : await situationsAt(store, asks, now);
  const gathered = await Promise.all(situations.map((situation) => (situation === null ? null : gatherAround(context, situation))));
  return gathered.flatMap((found) => (found === null ? [] : [placed(found.facts, now)]));
}

function placed(facts: LicenseFacts, now: Context['now']): LicenseProgress & { readonly startsAt: Context['now'] } {
  const { license, terms, plan, seats } = facts;
  const { status, since } = licenseStatusAt(license, now);
  return {
    plan: plan.name,
    now,
    startsAt: terms.startsAt,
    expiresAt: terms.expiresAt,
    suspendedAt: status === 'suspended' ? since : null,
    revokedAt: status === 'revoked' ? since : null,
    usage: quotaClaims(facts, now).map(({ meter, used }) => ({ meter, used })),
    seatsUsed: seats.granted + seats.overage,
    overageOpenedAt: seats.overageOpenedAt,
  };
}

export const DIFFERENCE_COMMANDS: readonly Command[] = [compare];
