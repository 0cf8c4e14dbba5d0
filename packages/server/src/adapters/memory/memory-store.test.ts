import { instant } from '@glidepath/core';
import { START, storeContract } from '@glidepath/testkit/store-contract';
import { MemoryStore } from './memory-store.ts';

const clock = { now: () => instant(START), monotonic: () => 0 };

storeContract('memory', async () => new MemoryStore(clock));
