/** What each of the connector's readers hands on; unread lines are counted apart. */
import type { Snapshot } from '@glidepath/core';

export type FlexlmReading = Pick<Snapshot, 'takenAt' | 'servers' | 'features' | 'notes'>;
