/**
 * One installation, at the level of the protocol: its own key, proofs with nonces, the same request again after a fault. It
 * acquires, renews for a while, then releases, goes dark, or starts anew as after a crash.
 *
 * It believes what it is told without verifying signatures (the product's own client does that, and its tests): who lies
 * here would be the control plane itself, and that is for the checker to find.
 */
import type { Counter, Random } from '../packages/core/src/index.ts';
import { hashSecret } from '../packages/protocol/src/ids/index.ts';
import { nodeCrypto } from '../packages/protocol/src/node/index.ts';
import { type SigningKey, signProof } from '../packages/protocol/src/words/index.ts';
import type { Ask, Told } from './ask.ts';
import type { LeaseAnswer, LeaseCall, LeaseTold, Operation } from './history.ts';
import { GROUP, TTL_MS } from './licenses.ts';

export interface LeaseClientOptions {
  readonly name: string;
  readonly license: string;
  readonly licenseKey: string;
  readonly isMember: boolean;
  /** Of the wires, one per node. */
  readonly ports: readonly number[];
  readonly ask: Ask;
  readonly random: Random;
  readonly record: (call: LeaseCall) => void;
  /** Resolves after so many ms, or at once when the run is over. */
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
}

/** How often the same request is sent before its client gives up on it. */
const TRIES_MAX = 5;

export class LeaseClient {
  readonly #options: LeaseClientOptions;
  readonly #key: SigningKey;
  #count = 0;
  #lease: { readonly told: LeaseTold; readonly word: string } | null = null;

  constructor(options: LeaseClientOptions) {
    this.#options = options;
    this.#key = nodeCrypto.signerFromSeed(nodeCrypto.sha256(new TextEncoder().encode(`histories ${options.name}`)));
  }

  get name(): string {
    return this.#options.name;
  }

  /** Until the run is over. */
  async run(): Promise<void> {
    const { random, pause, isOver } = this.#options;
    await pause(random.next() * 3_000);
    while (!isOver()) {
      const answer = await this.#insist('acquire');
      if (answer.kind !== 'lease') await pause(400 + random.next() * 2_000);
      else await this.#hold();
    }
  }

  /** Once everything is healed: acquires, and gives back what it got. True: both were answered by the control plane. */
  async prove(): Promise<boolean> {
    const first = await this.#insist('acquire');
    if (first.kind !== 'lease') return first.kind === 'verdict';
    return (await this.#insist('release')).kind === 'released';
  }

  /** Renews for a while, and ends in one of the ways in which holders end. */
  async #hold(): Promise<void> {
    const { random, pause, isOver } = this.#options;
    for (let left = Math.floor(random.next() * 8); left > 0 && this.#lease !== null && !isOver(); left--) {
      await pause(TTL_MS * (0.2 + random.next() * 0.35));
      await this.#insist('renew');
    }
    const end = random.next();
    if (this.#lease === null || isOver() || end < 0.2) return;
    if (end < 0.7) {
      await this.#insist('release');
      return pause(random.next() * 1_500);
    }
    // Dark: longer than its hold, some of them without forgetting the lease, so that they renew it late.
    await pause(TTL_MS * (0.5 + random.next() * 2.5));
    if (end < 0.85) await this.#insist('renew');
  }

  /** The same request, with the same nonce, at one node after the other, until it is answered or given up. */
  async #insist(op: Operation): Promise<LeaseAnswer> {
    const nonce = `${this.#options.name}-nonce-${++this.#count}`;
    const shown = op === 'acquire' ? null : this.#lease;
    const { answer } = await this.#tries(op, nonce, shown?.told.epoch ?? null, shown?.word ?? null);
    if (answer.kind === 'released' || answer.kind === 'verdict') this.#lease = null;
    return answer;
  }

  async #tries(op: Operation, nonce: string, epoch: Counter | null, word: string | null): Promise<LeaseCall> {
    const { random, pause, ports } = this.#options;
    const first = Math.floor(random.next() * ports.length);
    for (let tries = 1; ; tries++) {
      const call = await this.#once(op, nonce, epoch, word, first + tries);
      if (call.answer.kind !== 'unknown' || tries >= TRIES_MAX) return call;
      await pause(random.next() * 100 * 2 ** tries);
    }
  }

  async #once(op: Operation, nonce: string, epoch: Counter | null, word: string | null, turn: number): Promise<LeaseCall> {
    const { name: client, license, licenseKey, ports, ask, isMember, record } = this.#options;
    const node = turn % ports.length;
    const about = epoch === null || word === null ? {} : { epoch, lease: word };
    const proof = signProof({ aud: 'glidepath-server', op, nonce, key: hashSecret(licenseKey, nodeCrypto), ...about }, this.#key);
    const body = JSON.stringify({ proof, client: 'histories/1', ...(isMember ? { group: GROUP } : {}) });
    const sentAt = Date.now();
    const told = await ask(ports[node] ?? 0, PATHS[op], { bearer: licenseKey, body });
    const { answer, word: fresh } = readAnswer(op, nonce, told);
    const call: LeaseCall = { license, client, op, nonce, node, sentAt, doneAt: Date.now(), epoch, answer };
    if (answer.kind === 'lease') this.#lease = { told: answer, word: fresh };
    record(call);
    return call;
  }
}

const PATHS: Readonly<Record<Operation, string>> = {
  acquire: '/v1/leases',
  renew: '/v1/leases/renew',
  release: '/v1/leases/release',
};

function readAnswer(op: Operation, nonce: string, told: Told | null): { readonly answer: LeaseAnswer; readonly word: string } {
  const nobodyKnows = (why: string) => ({ answer: { kind: 'unknown', why } as const, word: '' });
  if (told === null) return nobodyKnows('no answer');
  const { word, code } = told.body;
  if (op === 'release' && told.status === 200) return { answer: { kind: 'released' }, word: '' };
  const claims = typeof word === 'string' ? payloadOf(word) : null;
  if (claims === null || claims.nonce !== nonce) {
    // Of a limiter one knows that it did nothing; of any other failure, nothing.
    return told.status === 429 ? { answer: { kind: 'refused', code: String(code) }, word: '' } : nobodyKnows(`${told.status} ${code}`);
  }
  const { seq, iatMs } = claims;
  if (told.status !== 200) return { answer: { kind: 'verdict', code: String(claims.code), seq, iatMs }, word: '' };
  const { lease, epoch, hold, seat, jti } = claims;
  const standing = seat === null ? 'none' : seat.overageClosesAt === null ? 'granted' : 'overage';
  return { answer: { kind: 'lease', lease, epoch, seq, iatMs, hold, seat: standing }, word: jti };
}

interface Payload {
  readonly nonce: string;
  readonly jti: string;
  readonly seq: Counter;
  readonly iatMs: number;
  readonly code: string;
  readonly lease: string;
  readonly epoch: Counter;
  readonly hold: number;
  readonly seat: { readonly overageClosesAt: number | null } | null;
}

function payloadOf(word: string): Payload {
  return JSON.parse(Buffer.from(word.split('.')[1] ?? '', 'base64url').toString('utf8')) as Payload;
}
