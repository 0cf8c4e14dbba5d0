/** What the records say is wrong: roots that never left, keys near their end, a seal that does not open, events that wait. */
import {
  after,
  DAY,
  type Environment,
  formatInstant,
  type Instant,
  MINUTE,
  type OnlineKey,
  type RootRecord,
  type Store,
} from '@glidepath/core';
import type { Examiner, Finding } from '../../findings.ts';
import type { World } from '../../world.ts';
import { environmentsOf } from '../keys/key-commands.ts';
import { certifiedKeyAt, RELIEVED_MS } from '../keys/key-plan.ts';
import { readKeyHouse } from '../keys/key-records.ts';
import { SEALED_KEY, signingKeyAt } from '../keys/keyring.ts';

const KEY_SET_KEY_WARN_MS = 90 * DAY;
const KEY_SET_KEY_CRITICAL_MS = 30 * DAY;
/** The job had five days to relieve a key: then somebody has to look. */
const OVERDUE_MS = RELIEVED_MS + 5 * DAY;
const EVENT_LATE_MS = 10 * MINUTE;

/** Whether this node can answer at all: its database, and a key to sign with that opens. */
export function readinessExaminer(world: Pick<World, 'seal' | 'crypto' | 'vitals'>): Examiner {
  return {
    name: 'keys',
    forReadiness: true,
    async examine(now, store) {
      const environments = await environmentsOf(store);
      if (environments.length === 0) return [blocking('no-environment', 'store', 'There is no environment yet.', 'glidepath up')];
      const found = await Promise.all(environments.map((environment) => canSign(world, store, environment, now)));
      return found.flat();
    },
  };
}

async function canSign(
  { seal, crypto }: Pick<World, 'seal' | 'crypto'>,
  store: Store,
  { id, name }: Environment,
  now: Instant,
): Promise<readonly Finding[]> {
  const keys = await store.find('onlineKey', { environment: id, use: 'sign', status: 'active' }, { limit: 100 });
  const key = signingKeyAt(keys, now);
  if (key === null)
    return [blocking('no-signing-key', name, `No key may sign in "${name}"; nothing new can be answered there.`, 'glidepath key rotate')];
  try {
    const opened = crypto.signerFromSeed(seal.open(key.sealed, `${SEALED_KEY}:${id}`));
    if (opened.kid === key.kid) return [];
  } catch {
    // Whatever keeps it shut, the finding is the same.
  }
  return [
    blocking(
      'seal-broken',
      name,
      `The signing key of "${name}" does not open with this sealing key.`,
      'put the sealing key back from its backup',
    ),
  ];
}

function blocking(code: string, subject: string, message: string, mend: string): Finding {
  return { code, severity: 'critical', blocksReadiness: true, subject, message, mend };
}

/** For `doctor`: what will hurt later. */
export function recordsExaminer(world: Pick<World, 'dispatcher'>): Examiner {
  return {
    name: 'records',
    async examine(now, store) {
      const environments = await environmentsOf(store);
      const houses = await Promise.all(environments.map((environment) => readKeyHouse(store, environment)));
      const ofKeys = houses.flatMap(({ environment, keys, roots }) => [
        ...rootFindings(environment, roots),
        ...keySetKeyFindings(environment, keys, now),
        ...signingFindings(environment, keys, now),
      ]);
      return [...ofKeys, ...(world.dispatcher === undefined ? [] : await outboxFindings(store, now)), ...(await accessFindings(store))];
    },
  };
}

function rootFindings({ name }: Environment, roots: readonly RootRecord[]): readonly Finding[] {
  const here = roots.filter(({ exportedAt }) => exportedAt === null);
  if (here.length === 0) return [];
  const which = here.map(({ number }) => number).join(' and ');
  const message = `The file of root ${which} of "${name}" was not taken off this server yet.`;
  return [
    { code: 'root-not-exported', severity: 'warning', blocksReadiness: false, subject: name, message, mend: 'glidepath root export' },
  ];
}

function keySetKeyFindings({ name }: Environment, keys: readonly OnlineKey[], now: Instant): readonly Finding[] {
  const key = certifiedKeyAt(keys, now);
  const about = {
    blocksReadiness: false,
    subject: name,
    mend: 'glidepath key rotate --use key-set, sign its certificate with the root, POST /v1/keys/key-set-certificate',
  };
  if (key === null) {
    return [
      {
        code: 'key-set-key-ended',
        severity: 'critical',
        message: `No key may sign key sets of "${name}": signing keys cannot be replaced.`,
        ...about,
      },
    ];
  }
  if (key.status === 'compromised') {
    return [
      {
        code: 'key-set-key-condemned',
        severity: 'critical',
        message: `The key that signs key sets of "${name}" is condemned and waits to be replaced.`,
        ...about,
      },
    ];
  }
  if (now < after(key.signsUntil, -KEY_SET_KEY_WARN_MS)) return [];
  const severity = now < after(key.signsUntil, -KEY_SET_KEY_CRITICAL_MS) ? 'warning' : 'critical';
  return [
    {
      code: 'key-set-key-ends',
      severity,
      message: `The key that signs key sets of "${name}" ends at ${formatInstant(key.signsUntil)}.`,
      ...about,
    },
  ];
}

function signingFindings({ name }: Environment, keys: readonly OnlineKey[], now: Instant): readonly Finding[] {
  const key = signingKeyAt(keys, now);
  if (key === null || now < after(key.notBefore, OVERDUE_MS)) return [];
  const message = `The signing key of "${name}" should have been relieved at ${formatInstant(after(key.notBefore, RELIEVED_MS))}; it stops at ${formatInstant(key.signsUntil)}.`;
  return [
    { code: 'signing-key-overdue', severity: 'critical', blocksReadiness: false, subject: name, message, mend: 'glidepath key rotate' },
  ];
}

async function outboxFindings(store: Store, now: Instant): Promise<readonly Finding[]> {
  const [oldest] = await store.find('outbox', { sentAt: null }, { limit: 1 });
  if (oldest === undefined || now < after(oldest.at, EVENT_LATE_MS)) return [];
  const waiting = await store.count('outbox', { sentAt: null });
  const message = `${waiting} events wait to be sent, the oldest since ${formatInstant(oldest.at)}.`;
  return [
    {
      code: 'outbox-late',
      severity: 'warning',
      blocksReadiness: false,
      subject: 'outbox',
      message,
      mend: 'look for dispatch errors in the log',
    },
  ];
}

async function accessFindings(store: Store): Promise<readonly Finding[]> {
  const grants = await store.find('roleGrant', { role: 'admin', environment: null }, { limit: 2 });
  if (grants.length > 1) return [];
  const message =
    grants.length === 0 ? 'Nobody has the role admin.' : 'One principal alone has the role admin; nobody can help when it is lost.';
  const severity = grants.length === 0 ? 'critical' : 'info';
  return [
    { code: 'few-admins', severity, blocksReadiness: false, subject: 'access', message, mend: 'POST /v1/principals and /v1/role-grants' },
  ];
}
