/**
 * One event of use as it is kept and as it is sent: the same text, made once, so that what is sent again after a crash is
 * the same event to the control plane, which counts each id once. Pure.
 */
import type { Instant } from '@glidepath/core';

/** What an application reports: an amount, or for meters that count different values a value. */
export interface UsageReport {
  readonly meter: string;
  /** At most six decimals count; what lies beyond them is rounded. */
  readonly amount?: number;
  readonly value?: string;
  /** When it was used; default: now. */
  readonly at?: number | Date;
  /** Default: a random one. Give one where the same use may be reported twice, such as the id of a job. */
  readonly id?: string;
}

export interface KeptEvent {
  readonly text: string;
  readonly bytes: number;
  readonly meter: string;
  readonly amount: number;
  readonly at: number;
}

const AMOUNT_MAX = 1e15;
const TEXT_MAX = 256;
const utf8 = new TextEncoder();

/** The event of a report, or null for one that no control plane can count. Whatever the types say, this never throws. */
export function eventOf(report: UsageReport, source: string, newId: () => string, now: Instant): KeptEvent | null {
  const { meter, amount, value, at = now, id = newId() } = report ?? {};
  const time = Number(at);
  const isCounted = typeof amount === 'number' && amount >= 0 && amount <= AMOUNT_MAX && value === undefined;
  const isDifferent = amount === undefined && isText(value);
  if (!isText(meter) || !isText(id) || !(Math.abs(time) <= 8.64e15) || !(isCounted || isDifferent)) return null;
  const data = isCounted ? { amount: Number(amount.toFixed(6)) } : { value };
  const event = {
    specversion: '1.0',
    type: 'dev.glidepath.usage.v1',
    source,
    id,
    subject: meter,
    time: new Date(time).toISOString(),
    data,
  };
  return keptOf(JSON.stringify(event));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_MAX;
}

/** An event in the text of a line; null for a line that was torn or is none. */
export function keptOf(text: string): KeptEvent | null {
  try {
    const { id, subject, time, data } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const at = Date.parse(String(time));
    if (typeof id !== 'string' || typeof subject !== 'string' || Number.isNaN(at) || typeof data !== 'object' || data === null) return null;
    const { amount } = data as { readonly amount?: unknown };
    return { text, bytes: utf8.encode(text).length + 1, meter: subject, amount: typeof amount === 'number' ? amount : 0, at };
  } catch {
    return null;
  }
}
