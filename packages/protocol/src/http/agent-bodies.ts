/**
 * Bodies between agents and the control plane. An agent is a machine that others may own one day: all that it sends is
 * bounded in size and count, and its instants in range.
 */
import type { FeatureKind, ProbeFailureReason } from '@glidepath/core';
import { type TSchema, Type } from 'typebox';
import { amount, instant, map, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, created, label, view } from './body-parts.ts';

export const AgentRequest = body({ name: label('Of its own among all principals; probes name the agents that run them.') });
export const AgentMade = view({ agent: text(), name: text(), token: text('Shown once, kept as a hash.'), expiresAt: instant() });
export const AgentView = view({
  ...created,
  name: text(),
  disabledAt: orNull(instant()),
  seenAt: orNull(instant('When it last reported or asked; null: never.')),
  version: orNull(text()),
  dropped: natural('Reports that its buffer had to drop, ever.'),
  tokenExpiresAt: orNull(instant('Of its last token; null: it has none that works.')),
});

export const ProbeTask = view({ name: text(), kind: text(), zone: text(), everyMs: natural(), settings: map(Type.Unknown()) });
export const ProbeTasks = view({ probes: Type.Array(ProbeTask) });

/** Years 1970 to 9999: what every language and every terminal can show. */
const LATEST = 253_402_300_799_999;
const dated = () =>
  Type.Integer({ minimum: 0, maximum: LATEST, description: 'Milliseconds since 1970-01-01T00:00:00Z, up to the year 9999.' });
const name = () => Type.String({ maxLength: 1_000 });
const sentence = () => Type.String({ maxLength: 4_000 });
const list = <S extends TSchema>(item: S, maxItems: number) => Type.Array(item, { maxItems });
const counted = () => orNull(amount());

const FEATURE_KINDS: readonly FeatureKind[] = ['floating', 'node-locked', 'named', 'token', 'uncounted', 'subscription', 'certificate'];

const Holder = body({ user: name(), host: orNull(name()), count: amount(), since: orNull(dated()) });
const Feature = body({
  name: name(),
  version: orNull(name()),
  pool: orNull(name()),
  issued: counted(),
  used: counted(),
  reserved: counted(),
  queued: counted(),
  lingering: counted(),
  denied: counted(),
  overage: counted(),
  expiresAt: orNull(dated()),
  ends: words(['dated', 'permanent', 'unstated']),
  stopsAt: orNull(dated()),
  kind: orNull(words(FEATURE_KINDS)),
  holders: list(Holder, 200_000),
});

export const SnapshotBody = body({
  takenAt: orNull(dated()),
  servers: list(body({ name: name(), state: words(['up', 'down', 'unknown']), reason: orNull(sentence()) }), 1_000),
  features: list(Feature, 20_000),
  unparsed: list(body({ line: natural(), text: name() }), 100),
  unparsedCount: natural(),
  notes: list(sentence(), 1_000),
  latent: list(body({ act: words(['restart', 'upgrade', 'scale-out']), from: dated(), reason: sentence() }), 1_000),
  refused: Type.Optional(Type.Literal('bad-signature')),
});

const REASONS: readonly ProbeFailureReason[] = [
  ...(['bad-settings', 'timeout', 'unreachable', 'refused-by-us', 'not-permitted', 'bad-status', 'too-large', 'unreadable'] as const),
  ...(['no-features', 'bad-signature', 'command-missing', 'command-failed', 'file-missing', 'resting'] as const),
];

const Outcome = Type.Union([
  body({ ok: Type.Literal(true), snapshot: SnapshotBody }),
  body({ ok: Type.Literal(false), reason: words(REASONS), message: sentence() }),
]);

/** Reports of one request; an agent with more sends the oldest first, request by request. */
export const REPORTS_MAX = 100;
/** Bytes of one request with reports: 100,000 holders fit. */
export const REPORT_BYTES_MAX = 32 * 1024 * 1024;

export const ReportRequest = body({
  version: Type.String({ minLength: 1, maxLength: 64 }),
  dropped: natural('Reports that the buffer had to drop, ever.'),
  reports: list(body({ probe: label(), at: dated(), outcome: Outcome }), REPORTS_MAX),
});
export const ReportAnswer = view({
  accepted: natural('Reports that were kept, or were known already.'),
  unknown: Type.Array(text(), { description: 'Names of probes that are gone, or are not this agent’s to run.' }),
});
