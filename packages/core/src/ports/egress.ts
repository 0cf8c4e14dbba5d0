/** Everything that goes out of a control plane or an agent goes through this port; the room `egress` is its one adapter. */
import type { Result } from '../result.ts';
import type { Milliseconds } from '../time.ts';

/** A secret with the hosts that it may be sent to; any other host is refused before anything is sent. */
export interface HostBoundSecret {
  /** Such as `authorization`. */
  readonly header: string;
  /** Where a vendor takes its token from the query only: the name of that parameter, instead of the header. */
  readonly parameter?: string;
  readonly value: string;
  /** Exact host names, lower case; no wildcard. */
  readonly hosts: readonly string[];
}

export interface EgressRequest {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly secret?: HostBoundSecret;
  /** For the whole exchange, redirects and body included. Default 10 s, at most 60 s. */
  readonly timeoutMs?: Milliseconds;
  /** Of the body after decompression. Default 1 MiB, at most 64 MiB. */
  readonly maxBytes?: number;
}

export interface EgressAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type EgressReason =
  | 'bad-url'
  /** A header that cannot or must not be sent. */
  | 'bad-request'
  | 'scheme-refused'
  | 'address-refused'
  | 'secret-host'
  | 'redirect-refused'
  | 'name-not-found'
  | 'connection-failed'
  | 'tls-failed'
  | 'timeout'
  | 'too-large'
  | 'bad-answer';

/** What a TLS endpoint presents, leaf first, in DER; taken without judging it. */
export interface PresentedChain {
  readonly certificates: readonly Uint8Array[];
  /** Why the platform's own trust store would not accept it; null when it would. */
  readonly untrusted: string | null;
}

/** Never throws: whatever the other side does is a value. */
export interface Egress {
  request(request: EgressRequest): Promise<Result<EgressAnswer, EgressReason>>;
  presentedChain(host: string, port: number, timeoutMs?: Milliseconds): Promise<Result<PresentedChain, EgressReason>>;
}
