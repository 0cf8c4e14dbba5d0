/** Whether notices arrive: what is given up, and what has waited too long. */
import { after, type Delivery, type Instant, MINUTE, type Store } from '@glidepath/core';

/** A message that has not arrived by then is stuck, whatever may still be tried. */
export const STUCK_MS = 15 * MINUTE;
const LOOK_MAX = 500;

export interface DeliveryHealth {
  /** Oldest first, at most `LOOK_MAX` of each. */
  readonly dead: readonly Delivery[];
  readonly stuck: readonly Delivery[];
}

/** Tests carry no notice and count for nothing here. */
export async function deliveryHealth(store: Store, now: Instant): Promise<DeliveryHealth> {
  const [dead, waiting] = await Promise.all([
    store.find('delivery', { state: 'dead' }, { limit: LOOK_MAX }),
    store.find('delivery', { state: 'waiting' }, { limit: LOOK_MAX }),
  ]);
  return {
    dead: dead.filter(isNews),
    stuck: waiting.filter((delivery) => isNews(delivery) && after(delivery.createdAt, STUCK_MS) <= now),
  };
}

function isNews({ notices }: Delivery): boolean {
  return notices.length > 0;
}
