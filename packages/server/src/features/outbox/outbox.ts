/**
 * Events: what others are told. They are written with their change and sent afterwards, at least once, in order of their ids.
 *
 * A dispatcher is an adapter (webhooks, a bus); without one, events are only listed, and none counts as late.
 */
import type { OutboxEvent } from '@glidepath/core';
import { body, EnvironmentQuery, EventView, PageQuery, page } from '@glidepath/protocol/http';
import { type Command, defineCommand, type Job } from '../../command.ts';
import { environmentId } from '../access/principals.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';

const BATCH = 100;

function eventView({ id, environment, at, type, subject, data }: OutboxEvent) {
  return { id, environment, at, type, subject, data };
}

const list = defineCommand({
  name: 'event.list',
  method: 'GET',
  path: '/v1/events',
  summary: 'Lists events, oldest first; `after` the last one seen gives what is new',
  auth: 'viewer',
  scope: 'control-plane',
  query: body({ ...PageQuery, ...EnvironmentQuery }),
  answers: { 200: page(EventView) },
  async run({ store, query }) {
    const environment = query.environment === undefined ? undefined : await environmentId(store, query.environment);
    if (environment === undefined && query.environment !== undefined) return nothingCalled('environment', query.environment);
    return listed(store, 'outbox', environment === undefined ? {} : { environment }, query, eventView);
  },
});

export const OUTBOX_COMMANDS: readonly Command[] = [list];

/** Sends what waits. The first that cannot be sent ends the round, so that nobody hears of things out of order. */
export const dispatchOutbox: Job = {
  name: 'dispatch-outbox',
  everyMs: 1_000,
  async run({ world, store, now }) {
    if (world.dispatcher === undefined) return;
    const waiting = await store.find('outbox', { sentAt: null }, { limit: BATCH });
    for (const event of waiting) {
      await world.dispatcher.send(event);
      const sent = { op: 'update' as const, table: 'outbox' as const, id: event.id, revision: event.revision, set: { sentAt: now } };
      // Another node sent it too: at least once is what was promised.
      await store.commit({ writes: [sent], audit: [], events: [] });
    }
  },
};
