/** Checks of the claims of every word that a client reads; the types are core's, the JSON Schemas in `schemas/` say the same. */
import { AUDIENCE } from '@glidepath/core';
import { amount, boolean, type Check, fields, integer, list, natural, oneOf, orNull, record, text } from './check.ts';
import { checkPath } from './path.ts';

export const counter: Check = fields({ incarnation: natural, count: natural });
const confirmation = fields({ jkt: text });

const word = {
  iss: text,
  aud: oneOf(AUDIENCE),
  env: text,
  jti: text,
  iat: integer,
  iatMs: integer,
  nonce: orNull(text),
  license: text,
  seq: counter,
  sub: text,
};

const quota = fields({
  meter: text,
  unit: text,
  used: amount,
  limit: amount,
  asOf: integer,
  resetsAt: integer,
  slice: orNull(amount),
  reachedAt: list(orNull(integer)),
});

export const checkLeaseClaims: Check = fields(
  {
    ...word,
    nbf: integer,
    exp: integer,
    lease: text,
    customer: text,
    product: text,
    plan: text,
    planTier: text,
    tier: text,
    tierCause: oneOf('none', 'seats', 'bootstrap', 'grant'),
    tierSince: integer,
    floorTier: text,
    limits: record(amount),
    seat: orNull(fields({ kind: oneOf('floating', 'named', 'node-locked'), overageClosesAt: orNull(integer) })),
    seats: orNull(fields({ used: natural, limit: natural })),
    hold: integer,
    ttlMs: natural,
    renewAfterMs: natural,
    epoch: counter,
    status: oneOf('active', 'suspended', 'revoked'),
    statusAt: integer,
    startsAt: integer,
    expiresAt: orNull(integer),
    lowered: list(fields({ id: text, of: oneOf('terms', 'plan', 'policy'), from: text, effectiveAt: integer })),
    policy: text,
    path: checkPath,
    quotas: list(quota),
    match: orNull(fields({ of: list(text), need: natural })),
    bootstrap: orNull(fields({ forMs: natural })),
    auditHead: orNull(fields({ size: natural, root: text, at: integer })),
  },
  { cnf: confirmation, grant: text, shortened: boolean },
);

export const checkVerdictClaims: Check = fields(
  {
    ...word,
    verdict: oneOf('denied', 'queued', 'superseded', 'suspended', 'revoked', 'holder-removed'),
    code: text,
    reason: text,
    effectiveAt: integer,
    retryAfterMs: orNull(natural),
  },
  { cnf: confirmation, queue: fields({ position: natural, deadlineAt: orNull(integer) }) },
);

export const checkGrantClaims: Check = fields(
  {
    ...word,
    purpose: oneOf('break-glass', 'standby', 'relay', 'air-gap'),
    x: text,
    tier: text,
    features: list(text),
    limits: record(amount),
    seats: natural,
    until: integer,
    exp: integer,
  },
  { cnf: confirmation },
);
