/** A message as the body of a signed webhook: data for programs, its instant in ISO 8601. */
import { formatInstant } from '@glidepath/core';
import type { Message } from '../notices/message.ts';

export function webhookBody({ kind, at, ...data }: Message): string {
  return JSON.stringify({ type: `glidepath.${kind}`, timestamp: formatInstant(at), data });
}
