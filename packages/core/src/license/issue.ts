/** The beginning of a license: its row, its first terms, its seats. */
import { planNamed } from '../policy/lookup.ts';
import type { Policy } from '../policy/policy.ts';
import type { License, LicenseTerms, SeatState } from '../ports/records.ts';
import { type Denial, deny, ok, type Result } from '../result.ts';
import { after, type Instant } from '../time.ts';
import { type ChangeContext, type LicenseReason, misfit, raised } from './change.ts';

export interface IssueRequest
  extends Pick<
    License,
    'id' | 'environment' | 'product' | 'customer' | 'issuer' | 'ownerTeam' | 'policyName' | 'policyMode' | 'pinnedDigest'
  > {
  readonly plan: string;
  readonly policy: Policy;
  readonly digest: string;
  /** Default: now. */
  readonly startsAt?: Instant;
  /** Default: the plan's term after the start. Null: without an end. */
  readonly expiresAt?: Instant | null;
  readonly overrides: LicenseTerms['overrides'];
}

export interface Issued {
  readonly license: License;
  readonly terms: LicenseTerms;
  readonly seats: SeatState;
}

/** Issues a license with its first terms and its seats, none taken. It may start later, or have ended: both are paths. */
export function issue(request: IssueRequest, { now, by, incarnation, nextId }: ChangeContext): Result<Issued, LicenseReason> {
  const { policy, digest, plan, overrides, startsAt = now, ...identity } = request;
  const wrong = misfit(policy, plan, overrides);
  if (wrong !== null) return wrong;
  const expiresAt = request.expiresAt === undefined ? after(startsAt, planNamed(policy, plan)?.termMs ?? 0) : request.expiresAt;
  if (expiresAt !== null && expiresAt <= startsAt) return endBeforeStart(startsAt, expiresAt);
  const { id, environment, product, customer, issuer, ownerTeam, policyName, policyMode, pinnedDigest } = identity;
  const license: License = {
    ...{ id, environment, product, customer, issuer, ownerTeam, policyName, policyMode, pinnedDigest },
    status: 'active',
    statusAt: now,
    statusReason: null,
    seq: raised({ incarnation, count: 0 }, incarnation),
    quarantinedAt: null,
    createdAt: now,
    revision: 0,
  };
  const first = {
    id: nextId(),
    license: id,
    effectiveFrom: now,
    plan,
    startsAt,
    expiresAt,
    overrides,
    policy: digest,
    createdAt: now,
    createdBy: by,
  };
  const seats = { id, granted: 0, overage: 0, overageOpenedAt: null, groups: {}, vacated: 0, reassignedAt: [], revision: 0 };
  return ok({ license, terms: first, seats });
}

export function endBeforeStart(startsAt: Instant, expiresAt: Instant): Denial<LicenseReason> {
  return deny('end-before-start', 'A license has to end after it starts.', { startsAt, expiresAt });
}
