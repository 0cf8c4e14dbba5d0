/** A message as the body of a signed webhook: data for programs, instants in ISO 8601. */
import { formatInstant, type Instant } from '@glidepath/core';
import type { Message } from '../notices/message.ts';

export function webhookBody({ kind, at, environment, counts, items, more }: Message): string {
  const data = { environment, counts, items: items.map((item) => ({ ...item, endsAt: words(item.endsAt) })), more };
  return JSON.stringify({ type: `glidepath.${kind}`, timestamp: words(at), data });
}

function words(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
