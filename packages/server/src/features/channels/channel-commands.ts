/**
 * Channels: where notices go. Only an admin says where, because a channel carries names out of the house and its loss
 * silences alerts.
 *
 * Address and secret are sealed and never shown again: whoever knows the address of a chat can write there.
 */
import type { Channel, Delivery, Store, Write } from '@glidepath/core';
import { body, ChannelMade, ChannelRequest, ChannelView, DeliveryView, ListQuery, page } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { everyRecord, listed } from '../lists.ts';
import { deliveryView } from '../notices/delivery-view.ts';
import { testMessage } from '../notices/message.ts';
import { findTeam, nothingCalled } from '../references.ts';
import { sealChannel } from './seal-channel.ts';
import { isWebhookSecret, newWebhookSecret } from './sign-webhook.ts';

/** Notices are matched against every channel in each round. */
export const CHANNELS_MAX = 100;
/** More that were given up are as bad as these. */
const DEAD_COUNTED_MAX = 500;

export async function findChannel(store: Store, environment: string, name: string): Promise<Channel | null> {
  return (await store.find('channel', { environment, name }, { limit: 1 }))[0] ?? null;
}

function channelView({ id, createdAt, name, kind, host, least, teams }: Channel) {
  return { id, createdAt, name, kind, host, least, teams };
}

const create = defineCommand({
  name: 'channel.create',
  method: 'POST',
  path: '/v1/channels',
  summary: 'Adds where notices go: a signed webhook, a Slack-compatible chat, or a dead-man’s heartbeat',
  auth: 'admin',
  body: ChannelRequest,
  answers: { 201: ChannelMade },
  secretAnswer: true,
  async run(context) {
    const { store, environment, now, commit, newId, world } = context;
    const { name, kind, url, secret: given, least = 'info', teams: references = [] } = context.body;
    const wrong = problemWith(url, kind, given);
    if (wrong !== null) return wrong;
    if ((await findChannel(store, environment.id, name)) !== null) return taken(name);
    if ((await store.count('channel', { environment: environment.id })) >= CHANNELS_MAX)
      return refuse('conflict', `There are ${CHANNELS_MAX} channels already; remove one first.`);
    const teams = await Promise.all(references.map((reference) => findTeam(store, reference)));
    const missing = references.find((_, at) => teams[at] === null);
    if (missing !== undefined) return nothingCalled('team', missing);
    const secret = kind === 'webhook' ? (given ?? newWebhookSecret(world.entropy)) : null;
    const plain = { id: newId('chn'), environment: environment.id, name, kind, least, document: null, createdAt: now, revision: 0 };
    const row: Channel = {
      ...plain,
      teams: [...new Set(teams.flatMap((team) => team?.id ?? []))],
      ...sealChannel(world.seal, plain.id, url, secret),
    };
    const happened = [{ action: 'channel.created', subject: row.id, facts: { name, kind, host: row.host, least, teams: row.teams } }];
    const shown = given === undefined ? secret : null;
    const outcome = await commit(
      { writes: [{ op: 'insert', table: 'channel', row }], happened },
      answer(201, { ...channelView(row), secret: shown }),
    );
    const isTaken = outcome.kind === 'conflict' && outcome.result.table === 'channel' && outcome.result.reason === 'duplicate';
    return isTaken ? taken(name) : outcome;
  },
});

function taken(name: string): Refusal {
  return refuse('already-exists', `There is a channel named ${JSON.stringify(name)} already.`);
}

/** Never repeats the address: it may be a credential. */
function problemWith(url: string, kind: Channel['kind'], secret: string | undefined): Refusal | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    return bad('/url', 'something else', 'an http or https address without a user name in it');
  }
  if (secret === undefined) return null;
  if (kind !== 'webhook') return bad('/secret', 'a secret', `none: a channel of kind ${kind} signs nothing`);
  return isWebhookSecret(secret) ? null : bad('/secret', 'something else', '`whsec_` and base64 of 24 to 64 bytes');
}

function bad(path: string, found: string, expected: string): Refusal {
  return refuse('bad-input', 'The channel cannot be used like this.', { errors: [{ path, found, expected }] });
}

const list = defineCommand({
  name: 'channel.list',
  method: 'GET',
  path: '/v1/channels',
  summary: 'Lists where notices go, without addresses and secrets',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(ChannelView) },
  run: ({ store, query, environment }) =>
    listed(store, 'channel', { environment: environment.id }, query, async (row) => {
      const [waiting, dead] = await Promise.all([
        store.count('delivery', { channel: row.id, state: 'waiting' }),
        store.find('delivery', { channel: row.id, state: 'dead' }, { limit: DEAD_COUNTED_MAX }),
      ]);
      return { ...channelView(row), waiting, dead: dead.filter(({ notices }) => notices.length > 0).length };
    }),
});

const remove = defineCommand({
  name: 'channel.remove',
  method: 'DELETE',
  path: '/v1/channels/{channel}',
  summary: 'Removes a channel with what has not arrived there',
  auth: 'admin',
  query: body({}),
  answers: { 200: ChannelMade },
  async run({ params: { channel: name = '' }, store, environment, commit }) {
    const found = await findChannel(store, environment.id, name);
    if (found === null) return nothingCalled('channel', name);
    const writes: Write[] = [];
    for await (const { id, state, notices } of everyRecord(store, 'delivery', { channel: found.id })) {
      if (state !== 'sent' || notices.length === 0) writes.push({ op: 'delete', table: 'delivery', id });
    }
    writes.push({ op: 'delete', table: 'channel', id: found.id });
    const happened = [{ action: 'channel.removed', subject: found.id, facts: { name, messages: writes.length - 1 } }];
    return commit({ writes, happened }, answer(200, { ...channelView(found), secret: null }));
  },
});

const test = defineCommand({
  name: 'channel.test',
  method: 'POST',
  path: '/v1/channels/{channel}/test',
  summary: 'Sends one test message, by the same queue and the same way out as notices; ask for the delivery to see how it went',
  auth: 'operator',
  answers: { 202: DeliveryView },
  async run({ params: { channel: name = '' }, store, environment, now, newId, commit }) {
    const found = await findChannel(store, environment.id, name);
    if (found === null) return nothingCalled('channel', name);
    const row = newDelivery({ newId, now }, found, [], testMessage(environment.name, now));
    const happened = [{ action: 'channel.tested', subject: found.id, facts: { name, delivery: row.id }, only: 'audit' as const }];
    return commit({ writes: [{ op: 'insert', table: 'delivery', row }], happened }, answer(202, deliveryView(row, found.name)));
  },
});

export function newDelivery(
  { newId, now }: Pick<Context, 'newId' | 'now'>,
  { id: channel, environment }: Channel,
  notices: readonly string[],
  payload: unknown,
): Delivery {
  const fresh = { state: 'waiting', attempts: 0, nextAt: now, lastError: null, createdAt: now, sentAt: null, revision: 0 } as const;
  return { id: newId('dlv'), environment, channel, notices, payload, ...fresh };
}

export const CHANNEL_COMMANDS: readonly Command[] = [create, list, remove, test];
