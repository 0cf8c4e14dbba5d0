/** How far back somebody wants to look: `30d` is thirty days ago, a day is that day. */
import { after, type Instant, parseDuration } from '@glidepath/core';
import { parseWhen } from '../when.ts';

export function parseSince(words: string, now: Instant): Instant {
  const distance = parseDuration(words.replace(/^-/, ''));
  return distance.ok ? after(now, -distance.value) : parseWhen(words, now, '--since');
}
