/** Finds signed tokens (compact JWS) in any text: alone, in JSON, in a configuration, wrapped over lines. Judges none of them. */

export interface CompactToken {
  readonly token: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** From 1. */
  readonly line: number;
}

export interface TokensFound {
  readonly tokens: readonly CompactToken[];
  /** Lines of what has the form of a token and cannot be decoded. */
  readonly broken: readonly number[];
  /** Lines of encrypted tokens. */
  readonly encrypted: readonly number[];
}

const TOKENS_MAX = 1_000;

export function findTokens(text: string): TokensFound {
  const found = scan(text);
  if (found.tokens.length + found.broken.length + found.encrypted.length > 0) return found;
  // A licence that was pasted into a mail comes wrapped.
  const joined = text.length < WRAPPED_MAX ? text.replace(/\s+/g, '') : '';
  return /^[A-Za-z0-9_.-]+$/.test(joined) ? scan(joined) : found;
}

const WRAPPED_MAX = 100_000;

function scan(text: string): TokensFound {
  const tokens: CompactToken[] = [];
  const broken: number[] = [];
  const encrypted: number[] = [];
  const seen = new Set<string>();
  let line = 0;
  for (const words of text.split('\n')) {
    line += 1;
    if (!words.includes('.')) continue;
    for (const word of words.split(/[^A-Za-z0-9_.-]+/)) {
      const parts = partsOf(word);
      if (parts === null || seen.has(word) || tokens.length >= TOKENS_MAX) continue;
      seen.add(word);
      if (parts.length === 5) encrypted.push(line);
      else {
        const [header, claims] = [decodedObject(parts[0]), decodedObject(parts[1])];
        if (header !== null && claims !== null) tokens.push({ token: parts.join('.'), header, claims, line });
        else if (header !== null && 'alg' in header) broken.push(line);
      }
    }
  }
  return { tokens, broken, encrypted };
}

/** Three parts are signed, five encrypted. A header in JSON begins with `{`, which is `e` in base64. */
function partsOf(word: string): readonly string[] | null {
  if (word.length < 12 || !word.startsWith('e')) return null;
  const parts = word.split('.', 7);
  // The full stop of a sentence.
  if (parts.at(-1) === '' && parts.length > 3) parts.pop();
  if (parts.length !== 3 && parts.length !== 5) return null;
  if (parts.length === 5 && !('enc' in (decodedObject(parts[0]) ?? {}))) return null;
  return parts;
}

function decodedObject(part: string | undefined): Readonly<Record<string, unknown>> | null {
  if (part === undefined || part === '') return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
