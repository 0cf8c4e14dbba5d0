/** JSON Schemas of the claims of signed words. Claims that a reader does not know are ignored, so they stay open. */
import { AUDIENCE, PROOF_AUDIENCE } from '@glidepath/core';
import { Type } from 'typebox';
import { amount, Counter, instant, integer, map, natural, orNull, published, text, words } from './parts.ts';

const Severity = words(['info', 'warning', 'critical']);
const TierPosition = natural('Position in `tiers`.');
const Rungs = Type.Array(
  Type.Object({ at: integer('Ms of elapsed time.'), tier: Type.Optional(TierPosition), notify: Type.Optional(Severity) }),
);
const ShareRungs = Type.Array(Type.Object({ percent: natural(), tier: Type.Optional(TierPosition), notify: Type.Optional(Severity) }));
const Confirmation = Type.Object(
  { jkt: text('Thumbprint (RFC 7638) of the key of the installation.') },
  { description: 'RFC 7800. Absent in a bootstrap lease, which is unbound.' },
);

const word = {
  iss: text('Issuer: one per environment.'),
  aud: Type.Literal(AUDIENCE),
  env: text('Environment.'),
  jti: text('Id of this word.'),
  iat: integer('Seconds, for JWT libraries.'),
  iatMs: instant('When this was signed: all path arithmetic counts from here.'),
  nonce: orNull(text(), 'Of the request that this answers; null when nobody asked.'),
  license: text(),
  seq: Counter,
  sub: text('The holder.'),
};

const Path = Type.Object(
  {
    features: Type.Array(Type.Object({ name: text(), title: text(), lost: orNull(text(), 'What a person reads when it is lost.') })),
    tiers: Type.Array(Type.Object({ name: text(), features: Type.Array(text()), limits: map(amount()) }), { description: 'Best first.' }),
    timed: Type.Object({
      expiry: Type.Optional(Rungs),
      unreachable: Type.Optional(Rungs),
      suspended: Type.Optional(Rungs),
      revoked: Type.Optional(Rungs),
      trust: Type.Optional(Rungs),
      identity: Type.Optional(Rungs),
      clock: Type.Optional(Rungs),
    }),
    seats: ShareRungs,
    quota: map(ShareRungs, 'Per meter.'),
  },
  { description: 'The part of the policy that decides, with nothing to look up elsewhere.' },
);

const Quota = Type.Object({
  meter: text(),
  unit: text(),
  used: amount(),
  limit: amount(),
  asOf: instant(),
  resetsAt: instant(),
  slice: orNull(amount(), 'What may be used on top of `used` without asking.'),
  reachedAt: Type.Array(orNull(instant()), { description: 'Per rung of the path of the meter: since when the server knows it.' }),
});

export const LeaseSchema = Type.Object(
  {
    ...word,
    cnf: Type.Optional(Confirmation),
    nbf: integer('Seconds, for JWT libraries.'),
    exp: integer('`iat` + the last `unreachable` rung; after it the client stays on the tier of that rung.'),
    lease: text('Stable over renewals.'),
    customer: text(),
    product: text(),
    plan: text(),
    planTier: text('Tier of the plan.'),
    tier: text('Tier of this lease: that of the plan, or a lower one.'),
    tierCause: words(['none', 'seats', 'bootstrap', 'grant'], 'Why the tier is lower than that of the plan.'),
    tierSince: instant(),
    floorTier: text('As far down as a holder in closed overage is stepped.'),
    limits: map(amount()),
    seat: orNull(
      Type.Object({
        kind: words(['floating', 'named', 'node-locked']),
        overageClosesAt: orNull(instant(), 'Set while the seat is past the limit.'),
      }),
      'Null when the lease holds no seat.',
    ),
    seats: orNull(Type.Object({ used: natural(), limit: natural() })),
    hold: instant('Until when the seat is exclusively its holder’s.'),
    ttlMs: natural(),
    renewAfterMs: natural('When to renew, from `iatMs`, before jitter.'),
    epoch: Counter,
    status: words(['active', 'suspended', 'revoked']),
    statusAt: instant(),
    startsAt: instant(),
    expiresAt: orNull(instant(), 'Null for a license without an end.'),
    lowered: Type.Array(
      Type.Object({
        id: text(),
        of: words(['terms', 'plan', 'policy']),
        from: text('Tier that the lease had.'),
        effectiveAt: instant(),
      }),
    ),
    policy: text('Digest of the policy document, `sha256:…`.'),
    path: Path,
    quotas: Type.Array(Quota),
    match: orNull(Type.Object({ of: Type.Array(text()), need: natural() }), 'Components of the machine that must match.'),
    bootstrap: orNull(Type.Object({ forMs: natural() }), 'Counts from the first run of the installation.'),
    auditHead: orNull(Type.Object({ size: natural(), root: text(), at: instant() }), 'Null until heads are sealed.'),
    grant: Type.Optional(text('The grant (compact JWS) by which a sub-key signed this lease.')),
    shortened: Type.Optional(
      Type.Boolean({ description: 'The offline budget was used up: the rungs of silence come one hold after the other.' }),
    ),
  },
  published('lease', 'Lease', 'Claims of a word of type `glidepath-lease+jwt`.'),
);

export const VerdictSchema = Type.Object(
  {
    ...word,
    cnf: Type.Optional(Confirmation),
    verdict: words(['denied', 'queued', 'superseded', 'suspended', 'revoked', 'holder-removed']),
    code: text('Stable code, as in the error table.'),
    reason: text('A sentence for people.'),
    effectiveAt: instant(),
    retryAfterMs: orNull(natural(), 'Ask again no sooner than this.'),
    queue: Type.Optional(
      Type.Object(
        {
          position: natural('From 1; of a place further behind than 200 only that it is.'),
          deadlineAt: orNull(instant(), 'When the place ends without a seat.'),
        },
        { description: 'Of `queued` only: where the holder stands.' },
      ),
    ),
  },
  published('verdict', 'Verdict', 'Claims of a word of type `glidepath-verdict+jwt`: a signed answer that is no lease.'),
);

export const GrantSchema = Type.Object(
  {
    ...word,
    cnf: Type.Optional(Confirmation),
    purpose: words(['break-glass', 'standby', 'relay', 'air-gap']),
    x: text('Ed25519 public key of the sub-key, base64url; `sub` is its thumbprint.'),
    tier: text('Best tier of a lease under this grant.'),
    features: Type.Array(text(), {
      description: 'What that tier holds: the sub-key signs the path, so that a name alone would cap nothing.',
    }),
    limits: map(amount()),
    seats: natural(),
    until: instant(),
    exp: integer('Seconds, for JWT libraries.'),
  },
  published('grant', 'Grant', 'Claims of a word of type `glidepath-grant+jwt`: what a sub-key may sign.'),
);

export const ProofSchema = Type.Object(
  {
    aud: Type.Literal(PROOF_AUDIENCE),
    op: words(['acquire', 'renew', 'release']),
    nonce: text('Fresh per request; the answer is bound to it.'),
    key: text('base64url SHA-256 of the license key that comes with the request.'),
    lease: Type.Optional(text('`jti` of the lease to renew or release.')),
    epoch: Type.Optional(Counter),
    seq: Type.Optional(Counter),
  },
  published('proof', 'Proof of possession', 'Claims of a word of type `glidepath-proof+jwt`, signed by the key of the installation.'),
);
