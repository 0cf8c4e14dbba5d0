/** Messages on their way: which wait, which were given up and why, and another try. */

import type { Store } from '@glidepath/core';
import { body, DeliveryQuery, DeliveryView, page } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';
import { deliveryView } from './delivery-view.ts';

async function channelName(store: Store, id: string): Promise<string> {
  return (await store.get('channel', id))?.name ?? id;
}

const list = defineCommand({
  name: 'delivery.list',
  method: 'GET',
  path: '/v1/deliveries',
  summary: 'Lists messages to channels, newest first; `state=dead` gives those that were given up',
  auth: 'viewer',
  query: DeliveryQuery,
  answers: { 200: page(DeliveryView) },
  run({ store, query, environment }) {
    const where = { environment: environment.id, ...(query.state === undefined ? {} : { state: query.state }) };
    return listed(store, 'delivery', where, query, async (row) => deliveryView(row, await channelName(store, row.channel)), {
      newestFirst: true,
    });
  },
});

const show = defineCommand({
  name: 'delivery.show',
  method: 'GET',
  path: '/v1/deliveries/{delivery}',
  summary: 'Shows how one message fares',
  auth: 'viewer',
  query: body({}),
  answers: { 200: DeliveryView },
  async run({ params: { delivery: id = '' }, store, environment }) {
    const found = await store.get('delivery', id);
    if (found?.environment !== environment.id) return nothingCalled('delivery', id);
    return answer(200, deliveryView(found, await channelName(store, found.channel)));
  },
});

const retry = defineCommand({
  name: 'delivery.retry',
  method: 'POST',
  path: '/v1/deliveries/{delivery}/retry',
  summary: 'Tries a message again at once that was given up or still waits',
  auth: 'operator',
  answers: { 200: DeliveryView },
  async run({ params: { delivery: id = '' }, store, environment, now, commit }) {
    const found = await store.get('delivery', id);
    if (found?.environment !== environment.id) return nothingCalled('delivery', id);
    const channel = await store.get('channel', found.channel);
    if (found.state === 'sent') return refuse('conflict', 'This message has arrived.');
    if (channel === null) return refuse('conflict', 'The channel of this message is gone.');
    const set = { state: 'waiting', attempts: 0, nextAt: now } as const;
    const happened = [{ action: 'delivery.retried', subject: id, facts: { channel: channel.name }, only: 'audit' as const }];
    const write = { op: 'update' as const, table: 'delivery' as const, id, revision: found.revision, set };
    return commit({ writes: [write], happened }, answer(200, deliveryView({ ...found, ...set }, channel.name)));
  },
});

export const DELIVERY_COMMANDS: readonly Command[] = [list, show, retry];
