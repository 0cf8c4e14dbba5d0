/** The online signing keys of each environment, unsealed once and kept in memory. */
import type { Environment } from '@glidepath/core';
import type { SigningKey } from '@glidepath/protocol';

/** What signs an environment's words: `iss` is `environment.issuer`, `env` is `environment.name`. */
export interface Signer {
  readonly key: SigningKey;
  readonly environment: Environment;
}
