/**
 * Export through OpenTelemetry, for applications that have it: the parts of a `Meter` of `@opentelemetry/api` that are
 * used, as types, so that this package depends on nothing. The counters themselves are in `health()` in any case.
 */
import type { LicenceClient } from './client.ts';

export interface OpenTelemetryMeter {
  createObservableCounter(name: string, options: { readonly description: string }): Observable;
  createObservableGauge(name: string, options: { readonly description: string }): Observable;
}

interface Observable {
  addCallback(callback: (result: { observe(value: number, attributes: Record<string, string>): void }) => void): void;
}

export function meterClient(meter: OpenTelemetryMeter, client: LicenceClient): void {
  const events = meter.createObservableCounter('glidepath.client.events', { description: 'What the client counted, by event.' });
  events.addCallback((result) => {
    for (const [event, value] of Object.entries(client.health().counters)) result.observe(value, { event });
  });
  const degraded = meter.createObservableGauge('glidepath.client.degraded', {
    description: '1 while something is lost or on its way, or the licence server is not heard.',
  });
  degraded.addCallback((result) => {
    const { state, status, tier } = client.health();
    result.observe(state === 'ok' ? 0 : 1, { status, tier: tier ?? 'none' });
  });
}
