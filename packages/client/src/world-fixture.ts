/** A virtual world with one control plane and machines on which clients start, end and start again. */
import { type Instant, instant, type Milliseconds } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import type { Crypto } from '@glidepath/protocol/words';
import { keyedHashCrypto, seededEntropy, seededRandom, VirtualMachine, VirtualTime } from '@glidepath/testkit';
import { assembleClient, type LicenceClient } from './client.ts';
import type { Installation } from './installation.ts';
import { LICENSE_KEY, TestIssuer, TestServer } from './issuer-fixture.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';

export const START: Instant = instant(1_767_225_600_000);

export class World {
  readonly time = new VirtualTime(START);
  readonly issuer: TestIssuer;
  readonly server: TestServer;
  /** What clients logged, in order. */
  readonly lines: { readonly event: string; readonly facts: Readonly<Record<string, unknown>> }[] = [];
  readonly crypto: Crypto;
  #seed: number;

  /** On signatures that cost a hash, unless it is told otherwise: months pass here. */
  constructor({ crypto = keyedHashCrypto(nodeCrypto), seed = 1 }: { crypto?: Crypto; seed?: number } = {}) {
    this.crypto = crypto;
    this.#seed = seed;
    this.issuer = new TestIssuer(crypto, () => this.time.now());
    this.server = new TestServer(this.issuer);
  }

  machine(name = 'machine', drift?: (trueMs: Milliseconds) => Milliseconds): VirtualMachine {
    return new VirtualMachine(this.time, name, drift);
  }

  /** Starts a client in a new process of a machine. */
  start(machine: VirtualMachine, differing: Partial<ClientOptions> = {}, parts: Partial<Platform> = {}): Running {
    const process = machine.process();
    const note = (event: string, facts: Readonly<Record<string, unknown>>): void => void this.lines.push({ event, facts });
    this.#seed += 1;
    const platform: Platform = {
      clock: process.clock,
      scheduler: process.scheduler,
      random: seededRandom(this.#seed),
      entropy: seededEntropy(this.#seed),
      crypto: this.crypto,
      files: machine.disk,
      fetch: this.server.fetch,
      bootId: process.bootId,
      breakGlass: async () => null,
      log: { info: note, warn: note },
      ...parts,
    };
    const { client, installation } = assembleClient(platform, {
      server: 'http://issuer.test',
      licenseKey: LICENSE_KEY,
      roots: this.issuer.roots,
      cacheDir: '/unused',
      whenNothingSigned: 'deny',
      ...differing,
    });
    const tiers: { readonly tier: string; readonly at: Milliseconds }[] = [];
    client.on('tier', ({ to }) => tiers.push({ tier: to, at: this.time.now() - START }));
    return { client, installation, tiers, kill: () => process.end() };
  }

  /** Starts a client and waits until it has settled. */
  async ready(machine: VirtualMachine, differing: Partial<ClientOptions> = {}, parts: Partial<Platform> = {}): Promise<Running> {
    const running = this.start(machine, differing, parts);
    await this.time.finish(running.client.ready());
    return running;
  }
}

export interface Running {
  readonly client: LicenceClient;
  readonly installation: Installation;
  /** Every tier that the client has told of, and when. */
  readonly tiers: readonly { readonly tier: string; readonly at: Milliseconds }[];
  /** Ends the process without a word, as `kill -9` does. */
  kill(): void;
}

/** The name of the tier that a client gives. */
export function tierOf({ client }: Running): string | null {
  return client.check('build').tier;
}
