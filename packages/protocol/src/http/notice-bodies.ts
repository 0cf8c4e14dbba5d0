/** Bodies about who is told what: channels, notices, deliveries, and the owners of licenses. */
import { SEVERITIES } from '@glidepath/core';
import { Type } from 'typebox';
import { instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, created, EnvironmentQuery, label, PageQuery, Reference, slug, view } from './body-parts.ts';

export const CHANNEL_KINDS = ['webhook', 'slack', 'heartbeat'] as const;
const CHANNELS_TEAMS_MAX = 100;
const Severity = words(SEVERITIES);

export const ChannelRequest = body({
  name: slug(),
  kind: words(CHANNEL_KINDS),
  url: label('http or https; kept sealed and never shown again.', 2_048),
  secret: Type.Optional(label('Webhook only: `whsec_` and base64 of 24 to 64 bytes. Default: a fresh one, shown once.', 200)),
  least: Type.Optional(words(SEVERITIES, 'Nothing less severe goes there. Default: info.')),
  teams: Type.Optional(
    Type.Array(Reference, { maxItems: CHANNELS_TEAMS_MAX, description: 'Hears of their licenses only. Default: of all.' }),
  ),
});
const channel = {
  ...created,
  name: text(),
  kind: words(CHANNEL_KINDS),
  host: text('Of its address; the address itself is a credential.'),
  least: Severity,
  teams: Type.Array(text('Id.')),
};
export const ChannelView = view({
  ...channel,
  waiting: natural('Messages on their way.'),
  dead: natural('Messages given up, tests aside; counted to 500.'),
});
export const ChannelMade = view({ ...channel, secret: orNull(text('Shown once: the receiver verifies signatures with it.')) });

export const NoticeQuery = body({ ...PageQuery, ...EnvironmentQuery, open: Type.Optional(words(['true', 'false'], 'Default: all.')) });
export const NoticeView = view({
  id: text(),
  condition: text(),
  severity: Severity,
  subject: text('Id of a license, probe, agent, team or part of Glidepath.'),
  ownerTeam: orNull(text()),
  message: text(),
  facts: map(Type.Unknown()),
  openedAt: instant(),
  risenAt: instant('When the severity last rose.'),
  toldAt: orNull(instant('When it was last put into a message.')),
  acknowledgedAt: orNull(instant()),
  acknowledgedBy: orNull(text()),
  resolvedAt: orNull(instant()),
});

export const DELIVERY_STATES = ['waiting', 'sent', 'dead'] as const;
export const DeliveryQuery = body({ ...PageQuery, ...EnvironmentQuery, state: Type.Optional(words(DELIVERY_STATES)) });
export const DeliveryView = view({
  ...created,
  channel: text('Its name; its id where the channel is gone.'),
  notices: Type.Array(text('Id.')),
  state: words(DELIVERY_STATES),
  attempts: natural(),
  nextAt: instant('Of the next attempt, while it waits.'),
  lastError: orNull(text()),
  sentAt: orNull(instant()),
});

export const ConfirmRequest = body({ principal: Type.Optional(label('An admin may speak for another one. Default: the caller.')) });
export const MemberRequest = body({ principal: label('Id, name or e-mail address.', 320) });
export const OWNER_LACKS = ['no-person', 'disabled', 'no-email', 'silent', 'same-email'] as const;
export const OwnersView = view({
  team: text('Id.'),
  teamName: text(),
  state: words(['enough', 'one', 'none'], 'How many owners count; two are enough.'),
  reachable: natural(),
  lacking: natural('How many more are needed.'),
  enoughUntil: orNull(instant('When too few are left if nobody confirms; null: already too few.')),
  members: Type.Array(
    view({
      principal: text('Id.'),
      name: text(),
      email: orNull(text()),
      lack: orNull(words(OWNER_LACKS), 'Why this one does not count; null: it does.'),
      confirmedAt: instant('Of joining or of the last confirmation.'),
      confirmedUntil: instant('From then on silence counts as gone.'),
      isAsked: Type.Boolean({ description: 'Is to confirm now.' }),
    }),
  ),
});
