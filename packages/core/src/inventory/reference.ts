/**
 * References to where a secret is kept, and the signs by which a secret itself is told from one.
 *
 * A refusal never repeats what was refused: it is printed, logged and pasted into tickets.
 */
import { nearest } from '../policy/nearest.ts';
import { type Place, type Reader, refuseValue } from '../policy/reading.ts';
import { valueViolation } from '../policy/violation.ts';

/** Where the key of a held licence may be kept. Nothing here reads one of them: custody is for people and for the table. */
export const CUSTODY_SCHEMES = ['file', 'env', 'vault', 'k8s', 'aws', 'gcp', 'azure', 'op'] as const;
/** What whoever applies a document can read on the spot. */
export const LOCAL_SCHEMES = ['file', 'env'] as const;

export const REFERENCE_LENGTH_MAX = 500;

const REFERENCE = /^([a-z][a-z0-9]*):(\S(?:.*\S)?)$/u;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Marks that only secrets carry. Public keys and certificates are none. */
const SECRET_MARKS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*(PRIVATE KEY|LICENSE|MACHINE FILE)/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /\b(ghp|gho|ghs|github_pat|glpat|glk|glt|sk_live|sk_test|xox[abprs])[-_][A-Za-z0-9_-]{12,}/,
  /\b(hvs|hvb|hvr|s)\.[A-Za-z0-9_-]{24,}/,
  /\bAKIA[A-Z0-9]{16}\b/,
  /\bSIGN2?=\s*"?[0-9A-Fa-f ]{12,}/,
  /^\s*(INCREMENT|FEATURE)\s+\S+\s+\S+\s+\S+/,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
  /\b(?=[A-Z0-9-]*[0-9])(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{4,8}(-[A-Z0-9]{4,8}){3,}\b/,
];

/** Long runs in which capitals, small letters and digits mix: no path, host or secret's name looks like that. */
const RANDOM_RUN = /[A-Za-z0-9+]{32,}/g;

/** Whether a text shows a mark of keys, tokens or passwords. */
export function looksLikeSecret(text: string): boolean {
  return SECRET_MARKS.some((mark) => mark.test(text));
}

/** A reference of one of these schemes. */
export function secretReference(schemes: readonly string[]): Reader<string> {
  const expected = `a reference, such as ${schemes.includes('vault') ? '`file:/etc/app/app.lic` or `vault:secret/app#key`' : '`env:NAME` or `file:/path`'}`;
  return (place) => {
    const { value } = place;
    if (typeof value !== 'string' || value.length > REFERENCE_LENGTH_MAX || HOSTILE.test(value)) return refuseUnseen(place, expected);
    const [, scheme = '', rest = ''] = REFERENCE.exec(value) ?? [];
    if (!schemes.includes(scheme)) return refuseUnseen(place, expected, isWord(scheme) ? nearest(scheme, schemes) : null);
    if (looksLikeSecret(rest) || isRandom(rest)) return refuseSecret(place, expected);
    if (scheme === 'env' && !ENVIRONMENT_NAME.test(rest)) return refuseUnseen(place, 'the name of an environment variable after `env:`');
    return value;
  };
}

/** Refuses every text in a tree that looks like a secret; the rest of the tree is nobody's business here. */
export function refuseSecretsIn(place: Place): void {
  if (typeof place.value === 'string') {
    if (looksLikeSecret(place.value)) refuseSecret(place, 'the name of a credential that the agent keeps');
    return;
  }
  if (typeof place.value !== 'object' || place.value === null) return;
  const items: [string | number, unknown][] = Array.isArray(place.value)
    ? Array.from(place.value, (item: unknown, index) => [index, item])
    : Object.entries(place.value);
  for (const [key, value] of items) refuseSecretsIn({ value, path: [...place.path, key], refuse: place.refuse });
}

const NOT_SHOWN = 'something that is not shown here';

function refuseUnseen(place: Place, expected: string, didYouMean: string | null = null): undefined {
  if (place.value === null) refuseValue(place, 'not-a-reference', 'this is no reference', expected);
  else place.refuse(valueViolation('not-a-reference', place.path, 'this is no reference', NOT_SHOWN, expected, didYouMean));
  return undefined;
}

function refuseSecret(place: Place, expected: string): undefined {
  place.refuse(valueViolation('holds-a-secret', place.path, 'this looks like a secret itself', NOT_SHOWN, expected));
  return undefined;
}

function isRandom(text: string): boolean {
  return [...text.matchAll(RANDOM_RUN)].some(([run]) => /[A-Z]/.test(run) && /[a-z]/.test(run) && /[0-9]/.test(run));
}

/** Short and plain enough to be compared with the known schemes; the suggestion is one of those, never what was written. */
function isWord(text: string): boolean {
  return text.length > 0 && text.length <= 10;
}
