/** JSON Schema of problem documents (RFC 9457). */
import { Type } from 'typebox';
import { ERROR_CODES } from '../errors/errors.ts';
import { map, natural, orNull, published, text, words } from './parts.ts';

export const ProblemSchema = Type.Object(
  {
    type: text('Address of the code in the reference.'),
    title: text('The sentence of the code.'),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: text('A sentence about this occurrence.'),
    code: words(ERROR_CODES, 'Stable; the one member for programs.'),
    retryable: Type.Boolean({ description: 'The same request may succeed later.' }),
    instance: Type.Optional(text('Names this occurrence, as the log does.')),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: text('JSON Pointer into the body, or `query/NAME`, `params/NAME`, `header/NAME`.'),
          found: text(),
          expected: text(),
          didYouMean: Type.Optional(orNull(text())),
        }),
      ),
    ),
    violations: Type.Optional(Type.Array(Type.Unknown(), { description: 'Of `policy-invalid`.' })),
    word: Type.Optional(text('The signed verdict (compact JWS): embedded clients act on it alone.')),
    retryAfterMs: Type.Optional(natural()),
    facts: Type.Optional(map(Type.Unknown())),
  },
  published(
    'problem',
    'Problem',
    'The body of every answer that is no success, `application/problem+json`. For people and control-plane clients.',
  ),
);
