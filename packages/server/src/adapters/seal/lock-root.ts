/** Locks a root for its way out: a root file under a passphrase, as `glidepath root` opens it on any machine. */
import type { Entropy } from '@glidepath/core';
import { sealRoot } from '@glidepath/protocol/node';
import type { LockRoot } from '../../features/keys/bootstrap.ts';

/** 16 MiB of scrypt. Enough for 120 random bits, which nobody guesses at any price; a first start should not wait for more. */
const COST = 2 ** 14;

/** For the passphrases that `bootstrapEnvironment` makes, and for no others: one that a person thought of needs the full cost. */
export function lockRootFile(entropy: Entropy): LockRoot {
  return ({ seed, environment }, passphrase) => `${JSON.stringify(sealRoot(seed, passphrase, environment, entropy, COST), null, 2)}\n`;
}
