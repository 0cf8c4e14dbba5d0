/**
 * Signs a webhook as Standard Webhooks 1.0 says, so that receivers verify it with the libraries that they have.
 *
 * The id stays the same over all attempts of one message: a receiver that keeps ids drops what arrives twice.
 */
import { createHmac } from 'node:crypto';
import { type Entropy, type Instant, SECOND } from '@glidepath/core';

const PREFIX = 'whsec_';
const FORM = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const FRESH_BYTES = 32;
/** What the specification allows. */
const BYTES_MIN = 24;
const BYTES_MAX = 64;

export function newWebhookSecret(entropy: Entropy): string {
  return PREFIX + Buffer.from(entropy.bytes(FRESH_BYTES)).toString('base64');
}

export function isWebhookSecret(secret: string): boolean {
  const bytes = keyOf(secret);
  return bytes !== null && bytes.length >= BYTES_MIN && bytes.length <= BYTES_MAX;
}

function keyOf(secret: string): Buffer | null {
  const encoded = FORM.exec(secret)?.[1];
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  // The decoder skips what it does not know; a mistyped secret must not become another one.
  return bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '') ? bytes : null;
}

/** The three headers of one attempt; `secret` is well-formed. */
export function webhookHeaders(id: string, at: Instant, body: string, secret: string): Record<string, string> {
  const timestamp = String(Math.floor(at / SECOND));
  const signature = createHmac('sha256', keyOf(secret) ?? '')
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
