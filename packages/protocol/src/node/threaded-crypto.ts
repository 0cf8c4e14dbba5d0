/**
 * Verifying and signing beside the thread that answers: what a control plane runs on. In a file of its own, so that an
 * embedded client does not carry it.
 *
 * One thread of ours instead of Node's pool: the pool is handed each job by itself, which costs the answering thread about as
 * much as the verification. Jobs that come while a batch is under way are the next one, so that a lone job waits for nobody.
 */
import type { KeyObject } from 'node:crypto';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Crypto } from '../crypto.ts';
import { type CryptoJob, carryOutBatch, packBatch, SIGNATURE_BYTES } from './crypto-batch.ts';
import { privateKey } from './ed25519-keys.ts';
import { nodeCrypto } from './node-crypto.ts';

/** Here the source, in a published package what was built of it. */
const THREAD = new URL(`./crypto-thread${extname(import.meta.url)}`, import.meta.url);
/** One that the thread works at and one that lies ready, so that it never waits for us. */
const BATCHES_UNDER_WAY = 2;
/** Some 20 ms of work: nobody waits long for those before. */
const BATCH_MAX = 128;

interface Waiting {
  readonly job: CryptoJob;
  /** True or false of a verification, the bytes of a signature. */
  settle(answer: boolean | Uint8Array): void;
}

/** A thread that is begun with its first job, keeps no process alive while idle, and is begun anew if it ends. */
class CryptoThread {
  #worker: Worker | null = null;
  #waiting: Waiting[] = [];
  readonly #underWay: (readonly Waiting[])[] = [];

  carryOut(job: CryptoJob): Promise<boolean | Uint8Array> {
    return new Promise((settle) => {
      this.#waiting.push({ job, settle });
      this.#send();
    });
  }

  /** What is under way is answered all the same. */
  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #send(): void {
    while (this.#underWay.length < BATCHES_UNDER_WAY && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      this.#underWay.push(batch);
      this.#worker ??= this.#begin();
      this.#worker.ref();
      const packed = packBatch(batch.map(({ job }) => job));
      this.#worker.postMessage(packed, [packed.bytes.buffer]);
    }
    if (this.#underWay.length === 0) this.#worker?.unref();
  }

  #begin(): Worker {
    const worker = new Worker(THREAD);
    worker.on('message', (answers: Uint8Array) => {
      // An answer is told by its place: one that comes from a thread given up would be another job's.
      if (this.#worker !== worker) return;
      settleAll(this.#underWay.shift() ?? [], answers);
      this.#send();
    });
    worker.on('error', () => this.#lost(worker));
    worker.on('exit', () => this.#lost(worker));
    return worker;
  }

  /** What it had is carried out here: slower, and right. */
  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const batch of this.#underWay.splice(0)) settleAll(batch, carryOutBatch(packBatch(batch.map(({ job }) => job))));
    this.#send();
  }
}

function settleAll(batch: readonly Waiting[], answers: Uint8Array): void {
  let at = 0;
  for (const { job, settle } of batch) {
    const length = 'x' in job ? 1 : SIGNATURE_BYTES;
    settle('x' in job ? answers[at] === 1 : answers.subarray(at, at + length));
    at += length;
  }
}

const thread = new CryptoThread();

/** Ends the thread of this process; the next job begins another. */
export function endCryptoThread(): Promise<void> {
  return thread.end();
}

/** Threads answer when they are ready, which a simulation, where all happens in turn, cannot have. */
export const threadedCrypto: Crypto = {
  ...nodeCrypto,
  async verifyApart(x, data, signature) {
    if (signature.length !== SIGNATURE_BYTES) return false;
    return (await thread.carryOut({ x, data, signature })) === true;
  },
  signerFromSeed(seed) {
    const key = privateKey(seed);
    return { ...nodeCrypto.signerFromSeed(seed), signApart: (data) => signApart(data, key) };
  },
};

async function signApart(data: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return (await thread.carryOut({ key, data })) as Uint8Array;
}
