/** What the crypto thread runs: a batch in, its answers out. Imports little, so that it begins at once. */
import { parentPort } from 'node:worker_threads';
import { type CryptoBatch, carryOutBatch } from './crypto-batch.ts';

parentPort?.on('message', (batch: CryptoBatch) => {
  const answers = carryOutBatch(batch);
  parentPort?.postMessage(answers, [answers.buffer]);
});
