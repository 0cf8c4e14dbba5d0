/**
 * JSON lines by pino. A secret never gets in, whatever is logged: fields with telling names are blanked, and anything that
 * looks like a key, token, code or bearer credential is cut to its prefix, in messages and stacks of errors too.
 */
import { type DestinationStream, type LevelWithSilent, pino } from 'pino';
import type { Log } from '../../world.ts';

export interface JsonLogOptions {
  readonly level?: LevelWithSilent;
  readonly version: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

export function createJsonLog({ level = 'info', version, destination }: JsonLogOptions): Log {
  const logger = pino(
    { level, base: { version }, messageKey: 'event', timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
  const line = (write: 'debug' | 'info' | 'warn' | 'error') => (event: string, facts?: Readonly<Record<string, unknown>>) => {
    if (logger.isLevelEnabled(write)) logger[write](cleanFacts(facts ?? {}), event);
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

const SECRET_FIELD =
  /^(authorization|cookie|set-cookie|key|licensekey|token|code|secret|seed|passphrase|password|sealed|hash|databaseurl|connectionstring)$/i;
/** `code` is also the stable word of every problem, which is what one wants to read in a log. */
const STABLE_CODE = /^[a-z0-9]+(-[a-z0-9]+)*$|^[A-Z0-9_]+$/;
const DEPTH_MAX = 6;

function cleanFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return cleanValue(facts, 0) as Record<string, unknown>;
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (value instanceof Error) return cleanError(value, depth);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => cleanValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanText(name), isSecret(name, item) ? '[redacted]' : cleanValue(item, depth + 1)]),
  );
}

function isSecret(name: string, value: unknown): boolean {
  if (!SECRET_FIELD.test(name) || value === null || value === undefined) return false;
  return !(
    name === 'code' &&
    (typeof value === 'number' || (typeof value === 'string' && STABLE_CODE.test(value) && !value.startsWith('gl')))
  );
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined || depth >= DEPTH_MAX ? {} : { cause: cleanValue(error.cause, depth + 1) };
  return { type: error.name, message: cleanText(error.message), stack: cleanText(error.stack ?? ''), ...code, ...cause };
}

/** Also the password in a database URL, and signed words, which a reader could replay. */
export function cleanText(text: string): string {
  return text
    .replace(/\b(gl[kts]_)[0-9A-Za-z]+/g, '$1…')
    .replace(/\b(bearer)\s+\S+/gi, '$1 …')
    .replace(/(:\/\/[^\s:/@]*):[^\s@]*@/g, '$1:…@')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…');
}
