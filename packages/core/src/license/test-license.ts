/** A license of the team plan, for tests of its life. */
import { BUILD_SERVER, STARTS_AT } from '../decision/test-policy.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import type { Instant } from '../time.ts';
import type { ChangeContext } from './change.ts';
import { type Issued, type IssueRequest, issue } from './issue.ts';

export const DIGEST = 'sha256:0';

export function context(now: Instant, incarnation = 1): ChangeContext {
  let count = 0;
  return { now, by: 'prn_1', incarnation, nextId: () => `trm_${now}_${count++}` };
}

export function request(differing: Partial<IssueRequest> = {}): IssueRequest {
  return {
    id: 'lic_1',
    environment: 'env_1',
    product: 'prd_1',
    customer: 'cus_1',
    issuer: 'self',
    ownerTeam: null,
    policyName: BUILD_SERVER.name,
    policyMode: 'follow',
    pinnedDigest: null,
    plan: 'team',
    policy: BUILD_SERVER,
    digest: DIGEST,
    overrides: {},
    ...differing,
  };
}

export function issued(differing: Partial<IssueRequest> = {}, now: Instant = STARTS_AT): Issued {
  const result = issue(request(differing), context(now));
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

/** A license as if it had been issued at the start, with other values. */
export function licenseWith(differing: Partial<License>): License {
  return { ...issued().license, ...differing };
}

export function termsWith(differing: Partial<LicenseTerms>): LicenseTerms {
  return { ...issued().terms, ...differing };
}
