/** Bodies about the transparency log. */
import { Type } from 'typebox';
import { instant, natural, orNull, text, words } from '../schemas/parts.ts';
import { LOG_PARTS } from '../transparency/log-export.ts';
import { AuditView } from './access-bodies.ts';
import { body, EnvironmentQuery, label, view } from './body-parts.ts';

const size = (description: string) => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
const Hashes = Type.Array(text('base64url.'), { description: 'As RFC 6962 orders them.' });

export const LogHead = view({
  head: text('Compact JWS of type `glidepath-head+jwt`, signed by the signing key of the environment.'),
  size: natural('How many leaves.'),
  root: text('base64url.'),
  at: instant('When the last of them was sealed.'),
  incarnation: natural('Of the store: a restore raises it, and may have forgotten leaves.'),
});

export const LogConsistencyQuery = body({
  from: size('Leaves of the earlier log.'),
  to: Type.Optional(size('Leaves of the later one. Default: all.')),
  ...EnvironmentQuery,
});
export const LogConsistency = view({ from: natural(), to: natural(), hashes: Hashes });

export const LogInclusionQuery = body({
  entry: Type.Optional(label('Id of an audit entry.')),
  position: Type.Optional(size('Position of a leaf, from 0.')),
  size: Type.Optional(size('Of how long a log. Default: all.')),
});
const Leaf = {
  position: natural('From 0.'),
  leaf: text('Hash of the leaf, base64url.'),
  entry: orNull(AuditView, 'Null: it is gone, and the log shows that it was there.'),
};
export const LogInclusion = view({ ...Leaf, size: natural(), hashes: Hashes });
export const LogEntries = view({
  items: Type.Array(view(Leaf)),
  next: orNull(text(), 'Hand this in as `after` for what follows; null at the end.'),
});

export const LogExportQuery = body({
  part: words(LOG_PARTS),
  after: Type.Optional(label('`next` of the page before.')),
});
export const LogExport = view({
  asOf: instant(),
  unsealed: orNull(instant(), 'Of `batches`, at their end: since when an entry waits to be sealed. Ask again for what follows.'),
  items: Type.Array(Type.Unknown()),
  next: orNull(text(), 'Hand this in as `after` for what follows; null at the end.'),
});
