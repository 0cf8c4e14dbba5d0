/**
 * A channel as a record. Its document names where its address is kept; whoever applies it reads the address there and sends
 * it beside the documents, once: what is sealed here stays until another one comes.
 */
import { type Channel, type ChannelDocument, invariant, type Write } from '@glidepath/core';
import { openChannel, sealChannel } from '../channels/seal-channel.ts';
import { isWebhookSecret } from '../channels/sign-webhook.ts';
import { everyRecord } from '../lists.ts';
import type { Applying } from './applying.ts';
import type { Teams } from './owners.ts';
import type { PlannedOf } from './plan.ts';
import { named, type ReadDocument } from './read-documents.ts';

export type PlannedChannel = PlannedOf<'Channel'>;

export interface Address {
  readonly url: string;
  readonly secret?: string | undefined;
}

/** Whether what the references stand for is another than what is sealed. */
export function isAddressNew({ context }: Applying, { now: current }: PlannedChannel, address: Address | undefined): boolean {
  if (current === null || address === undefined) return false;
  const known = openChannel(context.world.seal, current);
  return known.url !== address.url || (address.secret !== undefined && known.secret !== address.secret);
}

export async function applyChannel(applying: Applying, planned: PlannedChannel, address: Address | undefined, teams: Teams): Promise<void> {
  const { context, write, tell } = applying;
  const { now: current, next } = planned;
  if (next === null) return await removeChannel(applying, planned);
  const row = await rowOf(applying, planned, next, address, teams);
  if (row === null) return;
  const { id, name, kind, host, least } = row;
  if (current === null) {
    write({ op: 'insert', table: 'channel', row });
    return tell({ action: 'channel.created', subject: id, facts: { name, kind, host, least, teams: row.teams } });
  }
  const { id: _id, environment: _environment, revision: _revision, createdAt: _createdAt, ...set } = row;
  write({ op: 'update', table: 'channel', id, revision: current.revision, set });
  const changed = [...planned.changes.map(({ field }) => field), ...(isAddressNew(applying, planned, address) ? ['address'] : [])];
  tell({ action: 'channel.changed', subject: id, facts: { name, changed, host, environment: context.environment.name } });
}

async function rowOf(
  applying: Applying,
  { now: current }: PlannedChannel,
  next: ReadDocument<ChannelDocument>,
  address: Address | undefined,
  known: Teams,
): Promise<Channel | null> {
  const { environment, newId, now } = applying.context;
  const { document, tree, at } = next;
  const { name, channelKind: kind, least } = document;
  const wrong = problemWith(document, current, address);
  if (wrong !== null) applying.refuse(named(at, ...wrong));
  const teams = await teamsOf(applying, next, known);
  if (wrong !== null || teams === null) return null;
  const id = current?.id ?? newId('chn');
  const sealed = address === undefined ? null : sealedParts(applying, id, kind, current, address);
  const fresh = { id, environment: environment.id, createdAt: now, revision: 0, sealedUrl: '', sealedSecret: null, host: '' };
  return { ...(current ?? fresh), ...(sealed ?? {}), name, kind, least, teams, document: tree };
}

/** A webhook's secret stays when only its address was sent. */
function sealedParts({ context }: Applying, id: string, kind: Channel['kind'], current: Channel | null, { url, secret }: Address) {
  const { seal } = context.world;
  const kept = current === null || kind !== 'webhook' ? null : openChannel(seal, current).secret;
  return sealChannel(seal, id, url, secret ?? kept);
}

type Problem = readonly [code: string, path: readonly string[], found: string, expected: string];

/** Never repeats an address or a secret. */
function problemWith({ channelKind, secret }: ChannelDocument, current: Channel | null, address: Address | undefined): Problem | null {
  if (address === undefined)
    return current === null
      ? ['address-missing', ['spec', 'url'], 'a reference that nobody resolved', 'one that the applying side can read']
      : null;
  const url = URL.canParse(address.url) ? new URL(address.url) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return [
      'address-malformed',
      ['spec', 'url'],
      'a reference to something else',
      'one to an http or https address without a user name in it',
    ];
  const isSigned = channelKind === 'webhook';
  if (address.secret !== undefined && !(isSigned && isWebhookSecret(address.secret)))
    return [
      'secret-malformed',
      ['spec', 'secret'],
      'a reference to something else',
      isSigned ? 'one to `whsec_` and base64 of 24 to 64 bytes' : 'none',
    ];
  const hasSecret = address.secret !== undefined || (current !== null && current.sealedSecret !== null);
  if (isSigned && !hasSecret)
    return ['secret-missing', ['spec', 'secret'], secret === null ? 'absent' : 'unresolved', 'a reference to its signing secret'];
  return null;
}

async function teamsOf(
  applying: Applying,
  { document, at }: ReadDocument<ChannelDocument>,
  known: Teams,
): Promise<readonly string[] | null> {
  const ids: string[] = [];
  for (const [index, name] of document.teams.entries()) {
    const [found] = known.has(name) ? [] : await applying.context.store.find('team', { name }, { limit: 1 });
    const id = known.get(name) ?? found?.id;
    if (id !== undefined) ids.push(id);
    else applying.refuse(named(at, 'unknown-team', ['spec', 'teams', String(index)], `\`${name}\``, 'the name of a team'));
  }
  return ids.length === document.teams.length ? ids : null;
}

async function removeChannel({ context, write, tell }: Applying, { now: current }: PlannedChannel): Promise<void> {
  invariant(current !== null, 'what is removed is there');
  const deliveries: Write[] = [];
  for await (const { id } of everyRecord(context.store, 'delivery', { channel: current.id }))
    deliveries.push({ op: 'delete', table: 'delivery', id });
  write(...deliveries, { op: 'delete', table: 'channel', id: current.id });
  tell({ action: 'channel.removed', subject: current.id, facts: { name: current.name, messages: deliveries.length } });
}
