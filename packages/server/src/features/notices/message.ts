/**
 * What a channel is told, as data: it lies in the delivery until it arrives, and each kind of channel writes it in its way.
 *
 * Core has put every text on one line and bounded it. What a place makes of a name beside that (a mention, a link) is for
 * whoever writes it there.
 */
import { type Instant, type NoticeGroup, type NoticeLine, type NoticeMessage, noticeMessage } from '@glidepath/core';

export interface MessageLine extends NoticeLine {
  /** Condition and subject: the same in all messages about one notice. */
  readonly key: string;
  readonly subject: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Message extends Omit<NoticeMessage, 'lines'> {
  readonly kind: 'notices' | 'test';
  readonly at: Instant;
  /** Its name. */
  readonly environment: string;
  readonly team: string | null;
  readonly lines: readonly MessageLine[];
}

export function messageOf(group: NoticeGroup, team: string | null, environment: string, at: Instant): Message {
  const { lines, ...message } = noticeMessage(group, team);
  const withFacts = lines.map((line, index): MessageLine => {
    const { key = '', subject = '', facts = {} } = group.news[index] ?? {};
    return { ...line, key, subject, facts };
  });
  return { kind: 'notices', at, environment, team, ...message, lines: withFacts };
}

export function testMessage(environment: string, at: Instant): Message {
  return { kind: 'test', at, environment, team: null, title: 'A test: this channel works', severity: 'info', lines: [], more: 0 };
}
