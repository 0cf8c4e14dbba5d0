/** Signs what was decided. Only called after the commit that a word reports. */
import {
  after,
  type Lease,
  type LicenseFacts,
  leaseClaims,
  type RenewalPace,
  type SeatVerdict,
  type ServiceState,
  verdictClaims,
  type WordIdentity,
} from '@glidepath/core';
import { LEASE_TYP, signWordApart, VERDICT_TYP } from '@glidepath/protocol';
import type { Context } from '../../command.ts';
import type { Signer } from '../keys/keyring.ts';

/** `now` is the instant at which it was decided. */
export interface Signing extends Pick<Context, 'signer' | 'now' | 'leases'> {
  readonly service: ServiceState | null;
}

export interface Asker {
  readonly jkt: string;
  readonly nonce: string;
}

export async function signLease(context: Signing, facts: LicenseFacts, lease: Lease, asker: Asker): Promise<string> {
  const signer = await context.signer();
  // From the row, so that the answer to a repeated request is the answer that it had.
  return signWordApart(
    LEASE_TYP,
    leaseClaims(facts, lease, identityOf(signer, lease.wordId, asker), lease.renewedAt, paceOf(context, facts)),
    signer.key,
  );
}

export async function signVerdict(
  context: Signing,
  facts: LicenseFacts,
  about: { readonly holder: string; readonly wordId: string; readonly verdict: SeatVerdict },
  asker: Asker,
): Promise<string> {
  const signer = await context.signer();
  const claims = verdictClaims(facts.license, about.holder, about.verdict, identityOf(signer, about.wordId, asker), context.now);
  return signWordApart(VERDICT_TYP, claims, signer.key);
}

/** Spread out while more wait than one batch takes, and while a fleet comes back after a time in which no node served. */
function paceOf({ leases, now, service }: Signing, { plan }: LicenseFacts): RenewalPace {
  const isReturning = service !== null && now < after(service.resumedAt, plan.lease.ttlMs);
  return leases.isPressed || isReturning ? 'pressed' : 'quiet';
}

function identityOf({ environment, auditHead }: Signer, jti: string, answers: Asker): WordIdentity {
  return { jti, iss: environment.issuer, env: environment.name, answers, auditHead };
}
