/**
 * Reads an answer in JSON field by field. Total: whatever the bytes are, a field is what it says or null, and a field that is
 * there in another shape than expected is counted as unread. Nothing is converted that was not said.
 */
import { type Instant, instant, SECOND } from '@glidepath/core';
import { createUnparsed, readText, type Unparsed } from '../text/index.ts';
import { writtenInstant } from './written-instant.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

export interface JsonAnswer {
  readonly tree: unknown;
  readonly unparsed: Unparsed;
  /** Counts a field that is there and cannot be read. */
  unread(key: string, value: unknown): null;
}

/** Where a number is an instant. */
export type InstantUnit = 'seconds' | 'milliseconds';

/** The tree of an answer; null: it is no JSON, and its first lines are kept as unread. */
export function jsonAnswer(source: Uint8Array): JsonAnswer | null {
  const text = readText(source);
  const unparsed = createUnparsed();
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return null;
  }
  return {
    tree,
    unparsed,
    unread(key, value) {
      unparsed.add({ number: lineOf(text, key), text: `${key}: ${shownValue(value)}` });
      return null;
    },
  };
}

/** Where a key first stands, as a hint for people; parsed JSON keeps no places. */
function lineOf(text: string, key: string): number {
  const at = text.indexOf(`"${key}"`);
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < at; index = text.indexOf('\n', index + 1)) line += 1;
  return line;
}

/** Never a nested value: it may be as large as the answer. */
function shownValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_MAX));
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
}

const SHOWN_MAX = 100;

export function recordOf(value: unknown): JsonRecord | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : null;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An own field; what JavaScript's objects inherit is no field. */
export function fieldOf(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A text that is not empty. */
export function textIn(answer: JsonAnswer, record: JsonRecord, key: string): string | null {
  const value = fieldOf(record, key);
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : answer.unread(key, value);
}

/** A count: a whole number from 0. */
export function countIn(answer: JsonAnswer, record: JsonRecord, key: string): number | null {
  const value = fieldOf(record, key);
  if (value === undefined || value === null) return null;
  return isCount(value) ? value : answer.unread(key, value);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A number that is an instant; null for one that no calendar has. */
export function epochInstant(value: unknown, unit: InstantUnit): Instant | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const ms = unit === 'seconds' ? value * SECOND : value;
  return ms > 0 && ms < EPOCH_MS_MAX ? instant(ms) : null;
}

/** The end of the year 9998: what lies beyond is a way of saying never. */
export const EPOCH_MS_MAX = 253_370_764_800_000;

/** A text that is an instant or a day in the zone. */
export function instantIn(answer: JsonAnswer, record: JsonRecord, key: string, zone: string): Instant | null {
  const text = textIn(answer, record, key);
  if (text === null) return null;
  return writtenInstant(text, zone) ?? answer.unread(key, text);
}
