/** Locks a root for its way out: a root file under a passphrase, as `glidepath root` opens it on any machine. */
import type { Entropy } from '@glidepath/core';
import { sealRoot } from '@glidepath/protocol/node';
import type { LockRoot } from '../../features/keys/bootstrap.ts';

/** Half a second of scrypt for each root, once in an environment's life. */
export function lockRootFile(entropy: Entropy): LockRoot {
  return ({ seed, environment }, passphrase) => `${JSON.stringify(sealRoot(seed, passphrase, environment, entropy), null, 2)}\n`;
}
