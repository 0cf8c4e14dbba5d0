/**
 * The runways of Glidepath itself: the watcher is watched. What records say (keys, root, tokens) and what this node's adapters
 * see (certificate, disk, next start) are rows beside those of licenses.
 */
import {
  type ApiToken,
  after,
  DAY,
  type DatedPart,
  HOUR,
  type Instant,
  MINUTE,
  type Principal,
  type Runway,
  type RunwayRecord,
  runwayMs,
  runwayOf,
  type Store,
} from '@glidepath/core';
import type { Job } from '../../command.ts';
import type { OwnEnd, World } from '../../world.ts';
import { isInsider } from '../access/in-process.ts';
import { environmentsOf } from '../keys/key-commands.ts';
import { certifiedKeyAt, RELIEVED_MS } from '../keys/key-plan.ts';
import { signingKeyAt } from '../keys/keyring.ts';
import { everyRecord } from '../lists.ts';
import { runwayHappening, runwayWrite } from './runway-row.ts';

const KEYS_MAX = 500;
const TOKENS_SHOWN = 20;
/** A token that ended longer ago is no news. */
const TOKEN_ENDED_MS = 7 * DAY;
/** Another node's worse word about itself stays for so long after it last said so. */
const ANOTHERS_MS = HOUR;

export const watchOurselves: Job = {
  name: 'watch-ourselves',
  scope: 'node',
  everyMs: 5 * MINUTE,
  async run({ store, world, now, commit }) {
    const [keys, root, tokens, node] = await Promise.all([keyEnds(store, now), rootEnd(store), tokenEnd(store, now), nodeEnds(world, now)]);
    for (const end of [...keys, root, tokens, ...node]) {
      const before = await store.get('runway', end.id);
      const runway = runwayOfEnd(end, now);
      if (before !== null && isAnothers(before, runway, now)) continue;
      const of = { id: end.id, environment: null, name: end.name, product: 'Glidepath', vendor: 'Glidepath', ownerTeam: null };
      await commit(null, { writes: [runwayWrite(of, runway, before, now)], happened: runwayHappening(of, runway, before) });
    }
  },
};

/** Several nodes write one row: the worse one counts, as long as somebody repeats it. */
function isAnothers(before: RunwayRecord, mine: Runway, now: Instant): boolean {
  const left = (runway: Pick<Runway, 'state' | 'endsAt'>) => runwayMs(runway, now) ?? Number.POSITIVE_INFINITY;
  return left(before) < left(mine) && now < after(before.computedAt, ANOTHERS_MS) && before.state !== 'unknown';
}

function runwayOfEnd({ parts, latent, isKnown, evidence }: OwnEnd, now: Instant): Runway {
  const runway = runwayOf({ kind: 'own', uses: [], parts, latent }, now);
  return runway.items.length > 0 ? runway : { ...runway, state: isKnown ? 'open' : 'unknown', evidence };
}

/** What adapters see; one that fails says that nothing is known, and hides no other. */
async function nodeEnds({ vitals, log }: World, now: Instant): Promise<readonly OwnEnd[]> {
  try {
    return (await vitals.ends?.(now)) ?? [];
  } catch (error) {
    log.error('own-ends-unknown', { error });
    const unknown = { parts: [], latent: [], isKnown: false, evidence: 'This node could not look at itself; its log says why.' };
    return [{ id: 'glidepath/next-start', name: 'Next start', ...unknown }];
  }
}

/** A signing key that is relieved in time, by the job, is nothing that ends. */
const OVERDUE_MS = RELIEVED_MS + DAY;

/** Of all environments together: each key is an item, the first to end is the runway. */
async function keyEnds(store: Store, now: Instant): Promise<readonly OwnEnd[]> {
  const signing: DatedPart[] = [];
  const keySets: DatedPart[] = [];
  for (const { id: environment, name } of await environmentsOf(store)) {
    const keys = await store.find('onlineKey', { environment }, { limit: KEYS_MAX, newestFirst: true });
    const part = (what: string, endsAt: Instant): DatedPart => ({ cause: 'signing-key', what, endsAt, source: 'its record', asOf: null });
    const signs = signingKeyAt(keys, now);
    if (signs !== null && now >= after(signs.notBefore, OVERDUE_MS)) signing.push(part(`the signing key of ${name}`, signs.signsUntil));
    const certified = certifiedKeyAt(keys, now);
    if (certified !== null) keySets.push(part(`the key that signs key sets of ${name}`, certified.signsUntil));
  }
  const rest = { latent: [], isKnown: true };
  const relieved = 'Signing keys relieve each other in time, by themselves.';
  const none = 'No key signs key sets yet.';
  return [
    { id: 'glidepath/signing-keys', name: 'Signing keys', parts: signing, ...rest, evidence: relieved },
    { id: 'glidepath/key-set-key', name: 'Key that signs key sets', parts: keySets, ...rest, isKnown: false, evidence: none },
  ];
}

/** A root has no end; one that lies on this server alone may be lost with it, and nothing can say when. */
async function rootEnd(store: Store): Promise<OwnEnd> {
  const left: string[] = [];
  let count = 0;
  for await (const { exportedAt, number } of everyRecord(store, 'root', {})) {
    count += 1;
    if (exportedAt === null) left.push(String(number));
  }
  const isKnown = left.length === 0;
  const evidence = isKnown
    ? `Roots have no end, and all ${count} were taken off this server.`
    : `Nobody has said yet that the roots ${left.slice(0, 20).join(', ')} were taken off this server: lost with it, no key could be certified again.`;
  return { id: 'glidepath/root', name: 'Root', parts: [], latent: [], isKnown, evidence };
}

/** Tokens of programs: a person whose token ended signs in again, a program stands still. The last of each name counts. */
async function tokenEnd(store: Store, now: Instant): Promise<OwnEnd> {
  const programs = new Map<string, Principal>();
  for (const kind of ['service', 'agent'] as const) {
    // The process renews what it gave itself.
    for await (const principal of everyRecord(store, 'principal', { kind }))
      if (principal.disabledAt === null && !isInsider(principal.id)) programs.set(principal.id, principal);
  }
  const last = new Map<string, ApiToken>();
  for await (const token of everyRecord(store, 'apiToken', { revokedAt: null })) {
    const key = JSON.stringify([token.principal, token.name]);
    const isNews = programs.has(token.principal) && now < after(token.expiresAt, TOKEN_ENDED_MS);
    if (isNews && token.expiresAt > (last.get(key)?.expiresAt ?? -1)) last.set(key, token);
  }
  const soonest = [...last.values()].toSorted((a, b) => a.expiresAt - b.expiresAt).slice(0, TOKENS_SHOWN);
  const parts = soonest.map(({ principal, name, expiresAt }): DatedPart => {
    const what = `the token ${name} of ${programs.get(principal)?.name ?? principal}`;
    return { cause: 'token', what, endsAt: expiresAt, source: 'its record', asOf: null };
  });
  const rest = { latent: [], isKnown: true, evidence: 'No program has a token.' };
  return { id: 'glidepath/tokens', name: 'Tokens of programs', parts, ...rest };
}
