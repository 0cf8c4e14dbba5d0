/**
 * Sends one message to one channel, once: what is asked of the receiver, and what its answer means.
 *
 * A message has arrived if and only if the receiver says 2xx. Nothing that comes back is shown but the status and the first
 * words of the answer: an address that is a credential must not end up in an error.
 */
import {
  type Channel,
  type Delivery,
  type Egress,
  type EgressAnswer,
  type EgressRequest,
  Fault,
  type Instant,
  oneLine,
  SECOND,
} from '@glidepath/core';
import type { Seal } from '../../world.ts';
import type { Message } from '../notices/message.ts';
import { openChannel } from './seal-channel.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { webhookBody } from './write-message.ts';
import { slackBody } from './write-slack.ts';

/** A receiver that takes longer counts as one that does not answer; claims of a delivery last longer than this. */
export const SEND_TIMEOUT_MS = 10 * SECOND;
const ANSWER_MAX_BYTES = 64 * 1024;
const ANSWER_SHOWN_MAX = 80;
const RETRY_AFTER_MAX_S = 3_600;

export type Sent =
  | { readonly ok: true }
  /** `isFinal`: the receiver says that it is gone. `retryAfterMs`: when it wants to be asked again. */
  | { readonly ok: false; readonly error: string; readonly isFinal: boolean; readonly retryAfterMs: number };

export interface Way {
  readonly egress: Egress;
  readonly seal: Seal;
}

export async function sendMessage(way: Way, channel: Channel, { id, payload }: Delivery, now: Instant): Promise<Sent> {
  return request(way, channel, (secret) => messageRequest(channel, id, payload as Message, secret, now));
}

/** One beat. A plain GET, because that is what every dead-man's switch takes. */
export async function sendBeat(way: Way, channel: Channel): Promise<Sent> {
  return request(way, channel, () => ({ method: 'GET' }));
}

function messageRequest({ kind }: Channel, id: string, message: Message, secret: string | null, now: Instant): Omit<EgressRequest, 'url'> {
  if (kind === 'heartbeat') return { method: 'GET' };
  const body = kind === 'slack' ? slackBody(message) : webhookBody(message);
  const signed = secret === null ? {} : webhookHeaders(id, now, body, secret);
  return { method: 'POST', body, headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'glidepath', ...signed } };
}

async function request({ egress, seal }: Way, channel: Channel, ask: (secret: string | null) => Omit<EgressRequest, 'url'>): Promise<Sent> {
  const opened = openedOrNull(seal, channel);
  if (opened === null) return failed('the sealing key is another one than the channel was added under');
  const { url, secret } = opened;
  const answered = await egress.request({ url, timeoutMs: SEND_TIMEOUT_MS, maxBytes: ANSWER_MAX_BYTES, ...ask(secret) });
  if (answered.ok) return judge(answered.value);
  return failed(oneLine(`${answered.reason}: ${withoutAddress(answered.message, url, channel.host)}`, 300));
}

function openedOrNull(seal: Seal, channel: Channel): { url: string; secret: string | null } | null {
  try {
    return openChannel(seal, channel);
  } catch (error) {
    if (error instanceof Fault && error.code === 'seal-broken') return null;
    throw error;
  }
}

function judge({ status, headers, body }: EgressAnswer): Sent {
  if (status >= 200 && status < 300) return { ok: true };
  const words = oneLine(new TextDecoder().decode(body.subarray(0, 4 * ANSWER_SHOWN_MAX)), ANSWER_SHOWN_MAX);
  const asked = Number(headers['retry-after'] ?? 0);
  const retryAfterMs = asked > 0 ? Math.min(asked, RETRY_AFTER_MAX_S) * SECOND : 0;
  return { ok: false, error: `status ${status}${words === '' ? '' : `: ${words}`}`, isFinal: status === 410, retryAfterMs };
}

function failed(error: string): Sent {
  return { ok: false, error, isFinal: false, retryAfterMs: 0 };
}

/** Whatever the way out says, path and query of the address are not in it. */
function withoutAddress(message: string, url: string, host: string): string {
  const { pathname, search } = new URL(url);
  const hidden = [url, `${pathname}${search}`, pathname].filter((part) => part.length > 1);
  return hidden.reduce((text, part) => text.replaceAll(part, part === url ? host : '/…'), message);
}
