/**
 * The online signing keys of each environment, unsealed once and kept in memory.
 *
 * Which key signs, and how far the log is sealed, is read again from the store when a hint says so, and every few seconds in any case, so that a key that
 * another node condemned signs no longer than that; the unsealed key itself is looked up by its name and never changes.
 */
import { type AuditHead, after, type Environment, Fault, type Instant, type OnlineKey, SECOND } from '@glidepath/core';
import type { SigningKey } from '@glidepath/protocol';
import type { World } from '../../world.ts';
import { lastBatch } from '../transparency/log-tree.ts';

/** What signs an environment's words: `iss` is `environment.issuer`, `env` is `environment.name`. */
export interface Signer {
  readonly key: SigningKey;
  readonly environment: Environment;
  /** Of the transparency log, as of the last time that the key was chosen: some seconds old. */
  readonly auditHead: AuditHead | null;
}

export interface Keyring {
  /** Throws a Fault `no-signing-key` when the environment has none that may sign now: nothing can be answered then. */
  signer(environment: Environment, now: Instant): Promise<Signer>;
  open(key: OnlineKey): SigningKey;
  /** Forgets which key signs, so that a rotation on this node, or one that is hinted at, counts at once. */
  forget(environment: string): void;
}

export const SEALED_KEY = 'online-key';
const CHOICE_MS = 5 * SECOND;
/** Keys of one environment that were ever made; a rotation in 20 days makes 18 a year. */
export const KEYS_MAX = 1_000;

export function createKeyring(world: World): Keyring {
  const opened = new Map<string, SigningKey>();
  const chosen = new Map<string, { readonly key: OnlineKey; readonly auditHead: AuditHead | null; readonly until: Instant }>();
  /** How often something was forgotten: what was being read meanwhile is not remembered. */
  let forgotten = 0;

  function open(key: OnlineKey): SigningKey {
    const known = opened.get(key.kid);
    if (known !== undefined) return known;
    const signing = unseal(key, world);
    opened.set(key.kid, signing);
    return signing;
  }

  return {
    open,
    forget(environment) {
      forgotten += 1;
      chosen.delete(environment);
    },
    async signer(environment, now) {
      const last = chosen.get(environment.id);
      if (last !== undefined && now < last.until) return { key: open(last.key), environment, auditHead: last.auditHead };
      const before = forgotten;
      const [keys, sealed] = await Promise.all([
        world.store.find('onlineKey', { environment: environment.id, use: 'sign', status: 'active' }, { limit: KEYS_MAX }),
        lastBatch(world.store),
      ]);
      const key = signingKeyAt(keys, now);
      if (key === null) throw new Fault('no-signing-key', `No key may sign in "${environment.name}" now`, { retryable: true });
      const until = Math.min(after(now, CHOICE_MS), key.signsUntil) as Instant;
      const auditHead = sealed === null ? null : { size: sealed.size, root: sealed.root, at: sealed.sealedAt };
      if (forgotten === before) chosen.set(environment.id, { key, auditHead, until });
      return { key: open(key), environment, auditHead };
    },
  };
}

/** The newest active key whose time to sign has come and is not over. */
export function signingKeyAt(keys: readonly OnlineKey[], now: Instant): OnlineKey | null {
  const able = keys.filter((key) => key.use === 'sign' && key.status === 'active' && key.notBefore <= now && now < key.signsUntil);
  return able.reduce<OnlineKey | null>((best, key) => (best === null || key.notBefore >= best.notBefore ? key : best), null);
}

function unseal(key: OnlineKey, { seal, crypto }: World): SigningKey {
  const signing = crypto.signerFromSeed(seal.open(key.sealed, `${SEALED_KEY}:${key.environment}`));
  if (signing.kid !== key.kid) throw new Fault('seal-broken', `The sealed key is not ${key.kid}`, { retryable: false });
  return signing;
}
