/**
 * What a channel is told, as data: it lies in the delivery until it arrives, and each kind of channel writes it in its way.
 *
 * Names in it are chosen by others and are kept as they are; who writes them down makes them harmless there.
 */
import type { Instant, Severity } from '@glidepath/core';

/** A thousand licenses that end at once are one message: the worst of them, and how many more. */
export const ITEMS_SHOWN_MAX = 20;
/** Names of dependents, hosts and owners that one item lists. */
export const NAMES_SHOWN_MAX = 10;

export type NoticeEvent = 'opened' | 'raised' | 'resolved';

export interface MessageItem {
  readonly notice: string;
  readonly event: NoticeEvent;
  readonly condition: string;
  readonly severity: Severity;
  /** Id of what it is about. */
  readonly subject: string;
  readonly name: string;
  /** What stops, as a sentence. */
  readonly what: string;
  /** When it stops; null: not known, or already. */
  readonly endsAt: Instant | null;
  /** Whom it hits: what depends on it, where it runs. */
  readonly hits: readonly string[];
  readonly team: string | null;
  readonly owners: readonly string[];
  /** The next command to type. */
  readonly next: string;
}

export interface Message {
  readonly kind: 'notices' | 'test';
  readonly at: Instant;
  /** Its name. */
  readonly environment: string;
  readonly counts: Readonly<Record<Severity, number>>;
  /** The worst first, at most `ITEMS_SHOWN_MAX`. */
  readonly items: readonly MessageItem[];
  /** How many are not among the items. */
  readonly more: number;
}

export function testMessage(environment: string, at: Instant): Message {
  return { kind: 'test', at, environment, counts: { critical: 0, warning: 0, info: 0 }, items: [], more: 0 };
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line of at most `max` characters in which nothing controls, hides or turns the text around it. */
export function oneLine(text: string, max: number): string {
  const whole = Array.from(text.slice(0, max * 2 + 2));
  const cut = whole.length > max ? [...whole.slice(0, max - 1), '…'] : whole;
  return cut.join('').replace(UNPRINTABLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}
