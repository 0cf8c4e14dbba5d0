/** Bodies about runways and about what probes see. */
import { Type } from 'typebox';
import { instant, integer, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, EnvironmentQuery, view } from './body-parts.ts';

const Item = view({
  cause: text(),
  endsAt: instant(),
  expiresAt: Type.Optional(instant()),
  interval: orNull(view({ early: instant(), late: orNull(instant()) })),
  act: orNull(words(['restart', 'upgrade', 'scale-out'])),
  evidence: text(),
});

export const OwnersShownView = view({ team: orNull(text()), people: Type.Array(view({ name: text(), email: orNull(text()) })) });

export const RunwayView = view({
  id: text('A license, or a part of Glidepath itself: `glidepath/disk`.'),
  environment: orNull(text()),
  name: text(),
  product: text(),
  vendor: text(),
  ownerTeam: orNull(text()),
  state: words(['latent', 'dated', 'open', 'unknown']),
  endsAt: orNull(instant()),
  cause: orNull(text()),
  evidence: text(),
  items: Type.Array(Item),
  computedAt: instant(),
  runwayMs: orNull(integer('What is left: 0 for what is latent, less for what has ended, null where nothing is known to end.')),
  owners: OwnersShownView,
});

export const RunwayQuery = body({
  ...EnvironmentQuery,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
});
/** Worst first; there is no next page: what is not among the worst is asked for by license. */
export const Runways = view({ items: Type.Array(RunwayView) });

const Verdict = view({
  name: text(),
  state: words(['up', 'down', 'unknown']),
  basis: text(),
  message: text(),
  reasons: Type.Array(text()),
});

export const ProbeView = view({
  id: text(),
  name: text(),
  kind: text(),
  zone: text(),
  everyMs: natural(),
  agents: Type.Array(text()),
  quorum: natural(),
  settings: Type.Unknown(),
  appliedAt: instant(),
  readings: Type.Array(
    view({
      agent: text('Name.'),
      at: instant(),
      failure: orNull(text()),
      message: orNull(text()),
      failures: natural('Attempts since the last good one.'),
      okAt: orNull(instant()),
      ageMs: orNull(natural('Of the last good reading.')),
      features: natural(),
      unparsed: natural(),
      notes: Type.Array(text()),
      vanished: Type.Array(
        view({ name: text(), version: orNull(text()), pool: orNull(text()), lastSeenAt: instant(), isNameLeft: Type.Boolean() }),
      ),
    }),
  ),
  servers: Type.Array(Verdict, { description: 'By quorum of those who could ask lately.' }),
});
