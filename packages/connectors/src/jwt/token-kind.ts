/**
 * Tells licences among tokens from the others. Most tokens on a disk let somebody sign in; watching the end of one of those
 * is noise, and showing it would be worse.
 */
import type { CompactToken } from './compact.ts';

export type TokenKind =
  | { readonly isLicense: true }
  /** `what` completes "it is …". */
  | { readonly isLicense: false; readonly what: string };

/** Claims that only licences have. */
const LICENSE_CLAIM =
  /licen[cs]e|entitlement|^lexp$|^lid$|^(?:max_?)?seats?$|seat_?count|^edition$|^(?:max|included|internal|external)_users$|^features$|^maxUsers$|^sku$/i;
const SIGN_IN_CLAIMS: ReadonlySet<string> = new Set([
  ...['nonce', 'at_hash', 'c_hash', 's_hash', 'auth_time', 'azp', 'acr', 'amr', 'sid', 'email_verified', 'preferred_username'],
  ...['scope', 'scp', 'client_id', 'cid', 'realm_access', 'resource_access', 'oid', 'upn', 'token_use', 'groups'],
]);
const JOB_CLAIMS: ReadonlySet<string> = new Set(['repository_owner', 'job_workflow_ref', 'project_path', 'pipeline_id', 'job_id']);

export function kindOfToken({ header, claims }: Pick<CompactToken, 'header' | 'claims'>): TokenKind {
  const { typ } = header;
  const { iss, aud } = claims;
  const names = Object.keys(claims);
  const no = (what: string): TokenKind => ({ isLicense: false, what });
  if (iss === 'kubernetes/serviceaccount' || names.some((name) => name.startsWith('kubernetes.io')))
    return no('a Kubernetes service account token');
  if (typeof typ === 'string' && /glidepath-/.test(typ)) return no("one of Glidepath's own words");
  if (typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ)) return no('an OAuth access token');
  if (
    names.some((name) => LICENSE_CLAIM.test(name)) ||
    [iss, aud].flat().some((word) => typeof word === 'string' && /licen[cs]e/i.test(word))
  )
    return { isLicense: true };
  if (names.some((name) => JOB_CLAIMS.has(name))) return no("a build job's identity token");
  if (names.some((name) => SIGN_IN_CLAIMS.has(name))) return no('a token that signs somebody in (OpenID Connect or OAuth)');
  return no('a token of which nothing says that it is a licence');
}
