/** What a delivery looks like from outside. */
import type { Delivery } from '@glidepath/core';

/** A delivery as others see it: without the message, which says what the notices say. */
export function deliveryView({ id, createdAt, notices, state, attempts, nextAt, lastError, sentAt }: Delivery, channel: string) {
  return { id, createdAt, channel, notices, state, attempts, nextAt, lastError, sentAt };
}
