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
import { digestOf, readPolicy } from '@glidepath/protocol/policy';
import { answer, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { gatherAround, situationsAt } from '../leases/license-facts.ts';
import { nothingCalled } from '../references.ts';
import type { PolicyInForce } from './policy-shelf.ts';
import { VIOLATIONS_SHOWN } from './proved.ts';

/** A person waits for it: what was not counted by then is said not to have been. */
const COUNTING_MS = 1_500;
const COUNTED_MAX = 20_000;
const PAGE = 200;
/** A document of the largest size, with every character of it escaped. */
const BODY_LIMIT = 7 * 1024 * 1024;

export interface SeenDifference {
  readonly difference: PolicyDifference;
  /** Over the canonical form of the difference, both versions' digests included. */
  readonly digest: string;
}

type Asking = Pick<Context, 'store' | 'environment' | 'policy' | 'world'>;

/** The difference between what the environment uses under a name and a published candidate, or why there is none. */
export async function differenceFor(context: Asking, name: string, candidate: string): Promise<SeenDifference | Refusal> {
  const next = await context.policy(candidate);
  return next === null ? nothingCalled('policy', candidate) : differenceTo(context, name, next);
}

async function differenceTo(
  { store, environment, policy, world }: Asking,
  name: string,
  next: Pick<PolicyInForce, 'digest' | 'policy'>,
): Promise<SeenDifference | Refusal> {
  const pointer = await store.get('policyPointer', `${environment.id}/${name}`);
  if (next.policy.name !== name) return refuse('conflict', `The policy ${next.digest} is named "${next.policy.name}", not "${name}".`);
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
  bodyLimit: BODY_LIMIT,
  idempotency: 'own',
  async run(context) {
    const { name, candidate, source } = context.body;
    if ((candidate === undefined) === (source === undefined))
      return refuse('bad-input', 'Either a published version is compared or a document.', {
        errors: [
          { path: '/candidate', found: candidate === undefined ? 'nothing' : 'also source', expected: 'either candidate or source' },
        ],
      });
    const written = source === undefined ? null : asWritten(source, context);
    if (written !== null && 'code' in written) return written;
    const seen = written === null ? await differenceFor(context, name, candidate ?? '') : await differenceTo(context, name, written);
    if ('code' in seen) return seen;
    return answer(200, { ...seen, live: await countLive(context, name, seen.difference) });
  },
});

/** A document as if it were published: what its digest will be, and what it says. */
function asWritten(source: string, { world }: Context<unknown>): Pick<PolicyInForce, 'digest' | 'policy'> | Refusal {
  const { document, policy, violations } = readPolicy(source, world.crypto);
  if (document !== null && policy !== null) return { digest: document.digest, policy };
  const detail = `The policy breaks ${violations.length} rules; the first: ${violations[0]?.message ?? ''}`;
  return refuse('policy-invalid', detail, { violations: violations.slice(0, VIOLATIONS_SHOWN) });
}

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
