/** An installation as the license knows it: a key, requests with proofs, and answers opened as a client opens them. */
import type { Counter, Environment, LeaseClaims, License, ProofClaims, VerdictClaims } from '@glidepath/core';
import { type Crypto, hashSecret, type KeySet, openLease, openVerdict, signProof } from '@glidepath/protocol';

/** Carries a request to the server that is tested, in the same process or over a socket. */
export type Send = (path: string, licenseKey: string, body: unknown) => Promise<Response>;

interface Response {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface InstallationHouse {
  readonly license: License;
  readonly licenseKey: string;
  readonly environment: Environment;
  readonly keys: KeySet;
  readonly crypto: Crypto;
  readonly send: Send;
}

export interface Answer {
  readonly status: number;
  /** Of a problem. */
  readonly code: string;
  readonly lease: LeaseClaims | null;
  readonly verdict: VerdictClaims | null;
  readonly word: string | null;
  readonly response: Response;
}

export interface Asking {
  readonly nonce?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly epoch?: Counter | undefined;
  /** The newest `seq` that it says it has seen. */
  readonly seq?: Counter;
  readonly licenseKey?: string;
}

export interface Installation {
  readonly jkt: string;
  /** A proof by this installation, to be sent to where it does not belong. */
  proof(claims?: Partial<ProofClaims>): string;
  acquire(asking?: Asking): Promise<Answer>;
  /** With the epoch of the last lease that it got, unless another is given. */
  renew(asking?: Asking): Promise<Answer>;
  release(asking?: Asking): Promise<Answer>;
}

export function installation(house: InstallationHouse, name: string): Installation {
  const { crypto, licenseKey } = house;
  const key = crypto.signerFromSeed(crypto.sha256(new TextEncoder().encode(name)));
  let last: LeaseClaims | null = null;
  let count = 0;
  async function ask(op: ProofClaims['op'], path: string, asking: Asking = {}): Promise<Answer> {
    const nonce = asking.nonce ?? `${name}-nonce-${++count}`;
    const secret = asking.licenseKey ?? licenseKey;
    const epoch = 'epoch' in asking ? asking.epoch : last?.epoch;
    const shown = op === 'acquire' || epoch === undefined ? {} : { lease: last?.jti ?? 'wrd_none', epoch };
    const seen = asking.seq === undefined ? {} : { seq: asking.seq };
    const proof = signProof({ aud: 'glidepath-server', op, nonce, key: hashSecret(secret, crypto), ...shown, ...seen }, key);
    const answer = opened(house, await house.send(path, secret, { proof, ...asking.body }), nonce, key.kid);
    if (answer.lease !== null) last = answer.lease;
    return answer;
  }
  return {
    jkt: key.kid,
    proof: (claims) =>
      signProof({ aud: 'glidepath-server', op: 'acquire', nonce: 'nonce-0001', key: hashSecret(licenseKey, crypto), ...claims }, key),
    acquire: (asking) => ask('acquire', '/v1/leases', asking),
    renew: (asking) => ask('renew', '/v1/leases/renew', asking),
    release: (asking) => ask('release', '/v1/leases/release', asking),
  };
}

/** Every word in an answer has to open as a client would open it. */
function opened({ keys, crypto, environment, license }: InstallationHouse, response: Response, nonce: string, jkt: string): Answer {
  const { word = null, code = 'ok' } = response.body as { word?: string; code?: string };
  const context = { keys, crypto, env: environment.name, iss: environment.issuer, nonce, license: license.id, holder: jkt };
  const isLease = response.status === 200 && word !== null;
  const lease = isLease ? openLease(word, context) : null;
  const verdict = !isLease && word !== null ? openVerdict(word, context) : null;
  if (lease?.ok === false || verdict?.ok === false) throw new Error(`the word does not open: ${JSON.stringify(lease ?? verdict)}`);
  return { status: response.status, code, lease: lease?.value.claims ?? null, verdict: verdict?.value ?? null, word, response };
}
