/** The header fields of draft-ietf-httpapi-ratelimit-headers-11: `RateLimit-Policy` (what is allowed) and `RateLimit` (what is left). */
import type { Admission } from './limiter.ts';

/**
 * A bucket as the draft's quota and window: the burst, and the seconds in which it fills. `t` is how long what is left has to
 * last: until the next token when there is none, so that it never exceeds `Retry-After`.
 */
export function rateLimitHeaders({ policy, rate, ruling }: Admission): Readonly<Record<string, string>> {
  if (policy === null || rate === null || ruling === null) return {};
  const windowSeconds = Math.max(1, Math.ceil(rate.burst / rate.perSecond));
  const lasting = Math.max(1, Math.ceil(ruling.retryAfterMs / 1_000));
  return {
    'ratelimit-policy': `"${policy}";q=${rate.burst};w=${windowSeconds}`,
    ratelimit: `"${policy}";r=${Math.max(0, ruling.remaining)};t=${lasting}`,
  };
}
