/** Published policies, checked and ready to decide with. A digest's content never changes, so a shelf needs no expiry. */
import type { PathTerms, Policy } from '@glidepath/core';

export interface PolicyInForce {
  readonly digest: string;
  readonly policy: Policy;
  readonly path: PathTerms;
}
