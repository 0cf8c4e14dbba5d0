/** Bodies about licences that somebody else issues: documents in, a plan out, and how each stands. */
import { Type } from 'typebox';
import { amount, instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, label, slug, view } from './body-parts.ts';

/** Documents of one request; all of them are one change, so that what is applied is never half of what was planned. */
export const DOCUMENTS_MAX = 12_000;
export const INVENTORY_BYTES_MAX = 48 * 1024 * 1024;

const Address = body({
  url: label('Where the channel sends; sealed when it is kept, never shown again.', 2_000),
  secret: Type.Optional(label('Signs what a webhook sends: `whsec_…`.', 200)),
});

export const InventoryRequest = body({
  documents: Type.Array(Type.Unknown({ description: 'A document as a tree: apiVersion, kind, metadata, spec.' }), {
    maxItems: DOCUMENTS_MAX,
  }),
  addresses: Type.Optional(
    map(Address, 'By name of a channel: what its references stand for, read where the documents are applied. Needed for one that is new.'),
  ),
  dryRun: Type.Optional(Type.Boolean({ description: 'Plan only.' })),
  prune: Type.Optional(Type.Boolean({ description: 'Remove what an inventory made and these documents do not name.' })),
});

export const PlannedChange = view({
  action: words(['create', 'change', 'remove', 'none']),
  kind: words(['HeldLicense', 'Probe', 'Channel']),
  name: text(),
  changes: Type.Array(view({ field: text('Below `spec`: `contract.expires`.'), from: Type.Unknown(), to: Type.Unknown() })),
});
export const InventoryPlan = view({ plan: Type.Array(PlannedChange), applied: Type.Boolean() });

const Contract = view({
  id: orNull(text()),
  expiresAt: orNull(instant()),
  noticeDeadlineAt: orNull(instant()),
  terminatesAt: orNull(instant()),
  autoRenew: words(['yes', 'no', 'unknown']),
  cost: orNull(view({ amount: amount(), currency: text(), per: words(['year', 'month', 'term']) })),
  graceMs: orNull(natural()),
});

const Observation = view({
  agent: text('Name.'),
  at: instant('Of the last attempt.'),
  failure: orNull(text()),
  message: orNull(text()),
  okAt: orNull(instant('When what follows was seen; null: never.')),
  unparsed: natural(),
  features: Type.Array(
    view({
      name: text(),
      version: orNull(text()),
      pool: orNull(text()),
      issued: orNull(amount()),
      used: orNull(amount()),
      reserved: orNull(amount()),
      queued: orNull(amount()),
      denied: orNull(amount()),
      expiresAt: orNull(instant()),
      ends: words(['dated', 'permanent', 'unstated']),
      stopsAt: orNull(instant()),
    }),
  ),
});

export const RunwaySummary = view({
  state: words(['latent', 'dated', 'open', 'unknown']),
  endsAt: orNull(instant()),
  cause: orNull(text()),
  evidence: text(),
  computedAt: instant(),
});

export const HeldLicenseView = view({
  license: text(),
  name: text(),
  product: text(),
  vendor: text(),
  issuer: text(),
  policy: text(),
  plan: text(),
  contract: Contract,
  leadTime: Type.Array(view({ name: text(), ms: natural() })),
  owners: view({ team: orNull(text()), people: Type.Array(view({ name: text(), email: orNull(text()) })) }),
  custody: orNull(text()),
  runsOn: Type.Array(text()),
  dependents: Type.Array(text()),
  foundIn: orNull(text()),
  watches: Type.Array(
    view({
      probe: text(),
      feature: orNull(text()),
      version: orNull(text()),
      pool: orNull(text()),
      observed: Type.Array(Observation, { description: 'By agent, the best seen first.' }),
    }),
  ),
  runway: orNull(RunwaySummary),
  appliedAt: instant(),
});
export const HeldLicenseDetail = view({ ...HeldLicenseView.properties, document: Type.Unknown() });

export const InventoryName = slug('Name of a held license, or a license id.');
