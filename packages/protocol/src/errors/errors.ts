/**
 * Every error code of the HTTP API: its status, whether trying again can help, its sentence, its place in the reference.
 *
 * A problem document is for people and for control-plane clients. An embedded client acts on signatures alone: no row
 * of this table takes anything away from a running application.
 */

export interface ErrorKind {
  readonly status: number;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  readonly title: string;
  /** In `docs/reference/errors.md`. */
  readonly anchor: string;
}

function kind(status: number, title: string): Omit<ErrorKind, 'anchor'> {
  return { status, retryable: false, title };
}

function passing(status: number, title: string): Omit<ErrorKind, 'anchor'> {
  return { status, retryable: true, title };
}

const KINDS = {
  // The request itself.
  'bad-input': kind(400, 'The request has fields that are missing, unknown or of the wrong form.'),
  'not-json': kind(400, 'The body is not the JSON that its content type says.'),
  'person-required': kind(400, 'A named seat needs the person who holds it.'),
  'fingerprint-required': kind(400, 'A node-locked seat needs the fingerprint of the machine.'),
  'too-large': kind(413, 'The body is larger than this route reads.'),
  'unsupported-media-type': kind(415, 'This route does not read that content type.'),
  'method-not-allowed': kind(405, 'This path exists, but not with that method.'),
  'idempotency-mismatch': kind(422, 'This idempotency key was used before, with another body.'),
  'idempotency-in-progress': passing(409, 'A request with this idempotency key is still being answered.'),
  'policy-invalid': kind(422, 'The policy document breaks at least one publishing rule.'),
  'policy-unproved': kind(422, 'The policy does not keep what it guarantees; each violation carries a counterexample.'),
  'inventory-invalid': kind(422, 'At least one document of the inventory breaks a rule; nothing was applied.'),
  'certificate-invalid': kind(422, 'The certificate is not one that the root signed for this key.'),
  'plan-unknown': kind(422, 'The policy has no plan of that name.'),
  'plan-required': kind(422, 'The policy has several plans, and the request names none.'),
  'tier-unknown': kind(422, 'The policy has no tier of that name.'),

  // Who asks.
  unauthenticated: kind(401, 'The request carries no credential, or one that is not known.'),
  'unknown-license-key': kind(401, 'This license key is not known, has ended or was revoked.'),
  'token-expired': kind(401, 'This API token has ended or was revoked.'),
  'sign-in-code-invalid': kind(401, 'This sign-in code is not known, has ended or was used.'),
  'proof-invalid': kind(401, 'The proof of possession is not valid for this request.'),
  forbidden: kind(403, 'This principal has no role that may do this.'),
  'wrong-installation': kind(403, 'The lease belongs to the key of another installation.'),

  // What is asked for.
  'not-found': kind(404, 'There is nothing here under that name.'),
  'lease-unknown': kind(404, 'There is no such lease on this license.'),
  conflict: kind(409, 'The request does not fit the state that the record is in.'),
  'already-exists': kind(409, 'There is one of that name already.'),
  'plan-in-use': kind(409, 'Licenses use a plan that the new policy does not have.'),
  'difference-unseen': kind(409, 'A promotion names the digest of the difference that was seen; this is another one.'),
  'rollout-running': kind(409, 'A version of this policy is on its way already.'),
  'rollout-over-budget': kind(409, 'What the version was seen to do is over the budget of the promotion.'),
  'promotion-staged': kind(409, 'In this environment a version goes through shadow and canary before everybody has it.'),
  'policy-isolated': kind(409, 'Nothing of this policy is rolled out until somebody releases it.'),
  'policy-not-published': kind(409, 'The license follows a policy that is not published in this environment.'),
  'license-held': kind(409, 'Somebody else issues this license: it is changed by applying its inventory document.'),
  'quota-exhausted': passing(409, 'Less of the quota is left than is to be set aside.'),
  'last-admin': kind(409, 'This would leave nobody with the role admin.'),
  'not-implemented': kind(501, 'This is recorded, but not enforced or served yet.'),

  // Signed answers: the problem carries the verdict in the member `word`.
  'no-seat': passing(409, 'Every seat is taken, and no overage is open.'),
  queued: passing(409, 'Every seat is taken; this holder waits for one.'),
  'reassign-quota': passing(409, 'Seats of this license may not be given to another person so often.'),
  superseded: kind(409, 'The seat was granted to another holder while this one was silent.'),
  'not-started': passing(403, 'The license has not started yet.'),
  'license-suspended': passing(403, 'The license is suspended.'),
  'license-revoked': kind(403, 'The license is revoked.'),
  'license-quarantined': passing(403, 'The control plane was restored and has forgotten something of this license; nobody new is let in.'),
  'holder-removed': kind(403, 'This holder was removed from the license.'),
  'fingerprint-mismatch': kind(409, 'Too few components of the machine match the one that the seat is bound to.'),

  // Our side.
  'rate-limited': passing(429, 'Too many requests from this key or address.'),
  overloaded: passing(503, 'The control plane sheds load; ask again after the time it names.'),
  'not-ready': passing(503, 'The control plane is not ready to answer.'),
  'store-unavailable': passing(503, 'The database does not answer.'),
  'busy-record': passing(503, 'Others kept changing the same record; nothing was written.'),
  timeout: passing(504, 'The request took longer than this route may take; it may or may not have been carried out.'),
  internal: kind(500, 'Something is wrong in the control plane itself.'),
} as const satisfies Record<string, Omit<ErrorKind, 'anchor'>>;

export type ErrorCode = keyof typeof KINDS;

export const ERROR_CODES = Object.keys(KINDS) as readonly ErrorCode[];

export const ERRORS: Readonly<Record<ErrorCode, ErrorKind>> = Object.fromEntries(
  Object.entries(KINDS).map(([code, entry]) => [code, { ...entry, anchor: code }]),
) as Record<ErrorCode, ErrorKind>;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
