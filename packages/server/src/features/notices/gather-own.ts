/** What alerts of Glidepath itself are made from: its keys and tokens, its jobs, what does not arrive, its heartbeats. */
import {
  after,
  type Channel,
  DAY,
  type Instant,
  MINUTE,
  type OnlineKey,
  type OwnAlertFacts,
  type OwnPartFacts,
  type RunwayRecord,
  type Store,
} from '@glidepath/core';
import type { JobContext } from '../../command.ts';
import { BEAT_MS, lastBeatOf } from '../channels/heartbeat-job.ts';
import { environmentsOf } from '../keys/key-commands.ts';
import { everyRecord } from '../lists.ts';
import { deliveryHealth } from './delivery-health.ts';
import { changeFacts } from './gather-changes.ts';
import { lastRestore } from './gather-restore.ts';

const KEYS_MAX = 200;
/** A job that runs every second is not stale because a database was slow for three. */
const JOB_EVERY_MIN_MS = MINUTE;
/** A token that ended longer ago is no news: its program stands still, or it was given another. */
const TOKEN_ENDED_MS = 7 * DAY;

/** `runways`: those of no environment are parts of Glidepath. */
export async function ownFacts(context: JobContext, runways: readonly RunwayRecord[]): Promise<OwnAlertFacts> {
  const { store, now } = context;
  const channels: Channel[] = [];
  for await (const channel of everyRecord(store, 'channel', {})) channels.push(channel);
  const [keys, tokens, dead, heartbeats] = await Promise.all([
    keyParts(store),
    tokenParts(store, now),
    deadOf(store, channels, now),
    heartbeatsOf(store, channels),
  ]);
  const parts = runways.filter(({ environment }) => environment === null);
  return {
    parts: [...keys, ...tokens, ...parts.flatMap(certificatePart)],
    disk: await diskOf(context),
    nextStart: nextStartOf(parts),
    jobs: jobFacts(context),
    changes: await changeFacts(context),
    restored: await lastRestore(store),
    ...{ dead, heartbeats },
  };
}

/** Null: another machine's, or it could not be looked at, which the row of the disk says. */
async function diskOf({ world, now }: JobContext): Promise<OwnAlertFacts['disk']> {
  try {
    return (await world.vitals.disk?.(now)) ?? null;
  } catch (error) {
    world.log.warn('disk-unknown', { error });
    return null;
  }
}

/** In the time that this node was awake. */
function jobFacts({ jobs, now }: JobContext): OwnAlertFacts['jobs'] {
  return jobs().map(({ name, everyMs, okAt, unwellMs }) => {
    const since = after(now, -unwellMs);
    return { name, everyMs: Math.max(everyMs, JOB_EVERY_MIN_MS), startedAt: since, okAt: okAt === null ? null : since };
  });
}

/** Of each use the key that lasts longest: the others have been relieved. */
async function keyParts(store: Store): Promise<readonly OwnPartFacts[]> {
  const environments = await environmentsOf(store);
  const found = await Promise.all(
    environments.map(async ({ id: environment, name }) => {
      const keys = await store.find('onlineKey', { environment, status: 'active' }, { limit: KEYS_MAX });
      return (['sign', 'key-set'] as const).flatMap((use) =>
        partOf(
          keys.filter((key) => key.use === use),
          use,
          name,
        ),
      );
    }),
  );
  return found.flat();
}

function partOf(keys: readonly OnlineKey[], use: OnlineKey['use'], environment: string): readonly OwnPartFacts[] {
  const [last] = keys.toSorted((a, b) => b.signsUntil - a.signsUntil);
  if (last === undefined) return [];
  const name = use === 'sign' ? `the signing key of ${environment}` : `the key that signs key sets of ${environment}`;
  return [{ id: `glidepath/key/${last.id}`, kind: 'key', name, madeAt: last.notBefore, endsAt: last.signsUntil }];
}

/** Of programs: a person whose token ended signs in again. */
async function tokenParts(store: Store, now: Instant): Promise<readonly OwnPartFacts[]> {
  const programs = new Map<string, string>();
  for (const kind of ['service', 'agent'] as const) {
    for await (const { id, name, disabledAt } of everyRecord(store, 'principal', { kind })) {
      if (disabledAt === null) programs.set(id, name);
    }
  }
  const latest = new Map<string, OwnPartFacts>();
  for await (const { id, principal, name, createdAt, expiresAt, revokedAt } of everyRecord(store, 'apiToken', {})) {
    const program = programs.get(principal);
    if (program === undefined || revokedAt !== null || after(expiresAt, TOKEN_ENDED_MS) < now) continue;
    const key = JSON.stringify([principal, name]);
    const isLater = expiresAt > (latest.get(key)?.endsAt ?? 0);
    const part = { kind: 'token', name: `the token ${name} of ${program}`, madeAt: createdAt, endsAt: expiresAt } as const;
    if (isLater) latest.set(key, { id: `glidepath/token/${id}`, ...part });
  }
  return [...latest.values()];
}

function certificatePart({ id, name, cause, endsAt }: RunwayRecord): readonly OwnPartFacts[] {
  return cause === 'certificate' && endsAt !== null ? [{ id, kind: 'certificate', name, madeAt: null, endsAt }] : [];
}

function nextStartOf(parts: readonly RunwayRecord[]): OwnAlertFacts['nextStart'] {
  const latent = parts.find(({ state, endsAt }) => state === 'latent' && endsAt !== null);
  return latent === undefined || latent.endsAt === null ? null : { problem: latent.evidence, since: latent.endsAt };
}

async function deadOf(store: Store, channels: readonly Channel[], now: Instant): Promise<OwnAlertFacts['dead']> {
  const { dead } = await deliveryHealth(store, now);
  return channels.flatMap(({ id, name }) => {
    const own = dead.filter(({ channel }) => channel === id);
    const [oldest] = own;
    if (oldest === undefined) return [];
    return [{ channel: id, name, count: own.length, oldestAt: oldest.createdAt, error: own.at(-1)?.lastError ?? null }];
  });
}

async function heartbeatsOf(store: Store, channels: readonly Channel[]): Promise<OwnAlertFacts['heartbeats']> {
  const beating = channels.filter(({ kind }) => kind === 'heartbeat');
  return Promise.all(
    beating.map(async (channel) => {
      const last = await lastBeatOf(store, channel);
      const { id, name, createdAt } = channel;
      return { channel: id, name, everyMs: BEAT_MS, createdAt, sentAt: last?.sentAt ?? null };
    }),
  );
}
