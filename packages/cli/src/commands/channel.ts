/** `glidepath channel`: where notices go. Addresses and secrets are named by reference or typed, never given as arguments. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api/client.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { readSecretReference } from '../secret-reference.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import type { ChannelAnswer, DeliveryAnswer } from './notice-views.ts';
import { type Asking, collect, online } from './online.ts';
import { severity } from './policy-view.ts';

export function registerChannel(registrar: Registrar): void {
  const channel = registrar.program.command('channel').description('say where notices go, and try it');
  const add = channel.command('add <name>').description('add a signed webhook, a Slack-compatible chat, or a heartbeat');
  add
    .requiredOption('--kind <kind>', 'webhook, slack or heartbeat')
    .option('--url <reference>', 'where its address is: env:NAME or file:/path; asked for when left out')
    .option('--secret <reference>', 'webhook: where its signing secret is; made and shown once when left out')
    .option('--least <severity>', 'nothing milder goes there: info, warning or critical', 'info')
    .option('--team <team>', 'hears of its licenses only; may be repeated', collect);
  online<AddOptions>(registrar, add, addChannel);
  online(registrar, channel.command('list').description('list where notices go'), list);
  online(
    registrar,
    channel.command('remove <name>').description('remove a channel with what has not arrived there'),
    async ({ api, answer }, name = '') => {
      const gone = await api.remove<ChannelAnswer>(`/v1/channels/${encodeURIComponent(name)}`);
      return answer(gone, [text`removed ${gone.name}`]);
    },
  );
  online(registrar, channel.command('test <name>').description('send a test message, and say whether it arrived'), test);
  online(registrar, channel.command('retry <name>').description('try again what was given up'), retry);
}

interface AddOptions {
  readonly kind: string;
  readonly url?: string;
  readonly secret?: string;
  readonly least: string;
  readonly team?: readonly string[];
}

async function addChannel({ api, shell, paint, options, answer }: Asking<AddOptions>, name = ''): Promise<ExitCode> {
  const { kind, least, team: teams } = options;
  const url = await readSecretReference(shell, options.url, '--url', `address of ${name}`);
  const secret = options.secret === undefined ? undefined : await readSecretReference(shell, options.secret, '--secret', 'signing secret');
  const made = await api.post<ChannelAnswer & { secret: string | null }>('/v1/channels', { name, kind, url, secret, least, teams });
  return answer(made, [
    text`added ${made.name}: ${made.kind} to ${made.host}`,
    ...(made.secret === null ? [] : [text`signing secret, shown once: ${paint.bold(made.secret)}`]),
    text`next: glidepath channel test ${made.name}`,
  ]);
}

async function list({ api, paint, answer }: Asking<object>): Promise<ExitCode> {
  const channels = await api.list<ChannelAnswer>('/v1/channels');
  const rows = channels.map(({ name, kind, host, least, teams, waiting, dead }): readonly Sayable[] => [
    name,
    kind,
    host,
    kind === 'heartbeat' ? '' : text`${severity(least, paint)} and worse`,
    teams.length === 0 ? 'all' : teams.length,
    waiting,
    dead === 0 ? 0 : paint.bad(dead),
  ]);
  const head = ['NAME', 'KIND', 'TO', 'HEARS', 'TEAMS', 'WAITING', 'GIVEN UP'].map((word) => paint.dim(word));
  const none = ['Nobody is told of anything: there is no channel.', 'next: glidepath channel add oncall --kind slack'];
  return answer({ items: channels }, channels.length === 0 ? none : table([head, ...rows], { right: [5, 6] }));
}

/** The server tries a test once, within seconds. */
const POLL_MS = 250;
const POLLS = 100;

async function test({ api, paint, answer }: Asking<object>, name = ''): Promise<ExitCode> {
  const asked = await api.post<DeliveryAnswer>(`/v1/channels/${encodeURIComponent(name)}/test`, {});
  const delivery = await settled(api, asked);
  if (delivery.state === 'sent') return answer(delivery, [text`${paint.good('arrived')}: the test message to ${name}`]);
  const why = delivery.lastError ?? 'the control plane has not tried yet; it may have no way out';
  throw new Failure(EXIT.no, `the test message to ${name} did not arrive.`, {
    code: 'not-delivered',
    details: [text`${why}`],
    next: why.startsWith('address-refused')
      ? 'allow its network where the control plane starts: glidepath up --help'
      : text`mend the receiver, then glidepath channel test ${name}`,
    facts: { delivery },
  });
}

async function settled(api: Api, asked: DeliveryAnswer): Promise<DeliveryAnswer> {
  let delivery = asked;
  for (let left = POLLS; delivery.state === 'waiting' && left > 0; left--) {
    await sleep(POLL_MS);
    delivery = await api.get<DeliveryAnswer>(`/v1/deliveries/${encodeURIComponent(asked.id)}`);
  }
  return delivery;
}

async function retry({ api, answer }: Asking<object>, name = ''): Promise<ExitCode> {
  const dead = await api.list<DeliveryAnswer>('/v1/deliveries', { state: 'dead' }, 1_000);
  const own = dead.filter(({ channel, notices }) => channel === name && notices.length > 0);
  for (const { id } of own) await api.post<DeliveryAnswer>(`/v1/deliveries/${encodeURIComponent(id)}/retry`, {});
  return answer({ retried: own.length }, [
    own.length === 0 ? text`nothing was given up on ${name}` : text`trying ${own.length} again on ${name}`,
  ]);
}
