/** Answers of the control plane as this command reads them: the fields that it shows. A newer server may say more. */
import type { Role } from '@glidepath/core';

export interface LicenseAnswer {
  readonly id: string;
  readonly createdAt: number;
  readonly product: string;
  readonly customer: string;
  readonly issuer: string;
  readonly ownerTeam: string | null;
  readonly policyName: string;
  readonly policyMode: 'follow' | 'pin';
  readonly policy: string;
  readonly status: string;
  readonly statusAt: number;
  readonly statusReason: string | null;
  readonly quarantinedAt: number | null;
  readonly state: 'not-started' | 'active' | 'expired' | 'suspended' | 'revoked';
  readonly plan: string;
  readonly startsAt: number;
  readonly expiresAt: number | null;
  readonly overrides: { readonly seats?: number; readonly quotas?: Readonly<Record<string, number>> };
  readonly seats: { readonly granted: number; readonly overage: number; readonly overageOpenedAt: number | null };
}

export interface LicenseKeyAnswer {
  readonly id: string;
  readonly createdAt: number;
  readonly hint: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface LeaseAnswer {
  readonly id: string;
  readonly license: string;
  readonly holder: string;
  readonly kind: string | null;
  readonly state: string;
  readonly tier: string | null;
  readonly acquiredAt: number;
  readonly renewedAt: number;
  readonly holdUntil: number;
  readonly renewals: number;
  readonly client: string | null;
}

export interface KeyAnswer {
  readonly kid: string;
  readonly use: 'sign' | 'key-set';
  readonly x: string;
  readonly status: 'active' | 'retired' | 'compromised';
  readonly notBefore: number;
  readonly signsUntil: number;
  readonly statusAt: number;
  readonly isCertified?: boolean;
}

export interface RootAnswer {
  readonly number: number;
  readonly kid: string;
  readonly x: string;
  readonly createdAt: number;
  readonly exportedAt: number | null;
}

export interface TokenAnswer {
  readonly id: string;
  readonly createdAt: number;
  readonly principal: string;
  readonly name: string;
  readonly hint: string;
  readonly roles: readonly Role[];
  readonly environment: string | null;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface TeamAnswer extends Named {
  readonly members?: readonly string[];
}

export interface FindingAnswer {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly subject?: string;
  readonly message: string;
  readonly mend?: string | null;
  readonly command?: string | null;
}
