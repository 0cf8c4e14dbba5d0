/** A license as lists and answers show it: the record with the terms in force and the seats in use. */
import {
  invariant,
  type License,
  type LicenseKey,
  type LicenseTerms,
  licenseState,
  type SeatState,
  type Store,
  termsInForce,
} from '@glidepath/core';
import { LicenseView as BaseView } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import type { Context } from '../../command.ts';

/** More rows of terms than any license gathers. */
export const TERMS_MAX = 1_000;

const OrNull = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) => Type.Union([schema, Type.Null()]);

export const LicenseView = Type.Object({
  ...BaseView.properties,
  state: Type.Enum(['not-started', 'active', 'expired', 'suspended', 'revoked'], {
    description: 'What people call it; expiry is derived.',
  }),
  seq: Type.Object({ incarnation: Type.Integer(), count: Type.Integer() }),
  policy: Type.String({ description: 'Digest that the terms in force were judged by.' }),
  plan: Type.String(),
  startsAt: Type.Integer(),
  expiresAt: OrNull(Type.Integer()),
  overrides: Type.Object({ seats: Type.Optional(Type.Integer()), quotas: Type.Optional(Type.Record(Type.String(), Type.Integer())) }),
  seats: Type.Object({ granted: Type.Integer(), overage: Type.Integer(), overageOpenedAt: OrNull(Type.Integer()) }),
});

export function licenseView(license: License, terms: LicenseTerms, seats: SeatState, now: Context['now']) {
  const { revision: _revision, pinnedDigest: _pinned, ...shown } = license;
  const { plan, startsAt, expiresAt, overrides, policy } = terms;
  const { granted, overage, overageOpenedAt } = seats;
  return {
    ...shown,
    state: licenseState(license, terms, now),
    policy,
    plan,
    startsAt,
    expiresAt,
    overrides,
    seats: { granted, overage, overageOpenedAt },
  };
}

/** A license with all its rows of terms, oldest first, and its seats. */
export interface LicenseHouse {
  readonly license: License;
  readonly terms: readonly LicenseTerms[];
  readonly inForce: LicenseTerms;
  readonly seats: SeatState;
}

/** A Bug when the records of a license are not whole, which no commit leaves behind. */
export async function readLicenseHouse(store: Store, license: License, now: Context['now']): Promise<LicenseHouse> {
  const [terms, seats] = await Promise.all([
    store.find('licenseTerms', { license: license.id }, { limit: TERMS_MAX }),
    store.get('seatState', license.id),
  ]);
  const ordered = terms.toSorted((a, b) => a.effectiveFrom - b.effectiveFrom || a.createdAt - b.createdAt);
  const inForce = termsInForce(ordered, now) ?? ordered[0];
  invariant(inForce !== undefined && seats !== null, `license ${license.id} has terms and seats`);
  return { license, terms: ordered, inForce, seats };
}

export async function showLicense(store: Store, license: License, now: Context['now']) {
  const house = await readLicenseHouse(store, license, now);
  return licenseView(license, house.inForce, house.seats, now);
}

export function licenseKeyView({ id, createdAt, hint, expiresAt, revokedAt }: LicenseKey) {
  return { id, createdAt, hint, expiresAt, revokedAt };
}
