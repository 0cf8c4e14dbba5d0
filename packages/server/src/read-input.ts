/** Reads a request's body and query as its command wants them, or refuses with everything that is wrong. */
import type { InputError } from '@glidepath/protocol';
import type { TSchema } from 'typebox';
import { type Command, type Refusal, refuse } from './command.ts';
import { checkInput, decodeText, hostileText, type Input, parseJson } from './input.ts';
import type { CommandRequest } from './request.ts';

const BODY_LIMIT = 256 * 1024;
const utf8 = new TextEncoder();

export interface ReadInput {
  readonly text: string;
  readonly body: unknown;
  readonly query: unknown;
}

/** Everything that is wrong with body and query at once; the size and the media type before anything is read. */
export function readInput(command: Command, query: object, request: CommandRequest): ReadInput | Refusal {
  const size = request.body === undefined ? 0 : typeof request.body === 'string' ? utf8.encode(request.body).length : request.body.length;
  const limit = command.bodyLimit ?? BODY_LIMIT;
  if (size > limit) return refuse('too-large', `The body has ${size} bytes; this route reads ${limit}.`);
  const media = request.headers?.['content-type'];
  if (size > 0 && media !== undefined && !readsMedia(command, media)) {
    return refuse('unsupported-media-type', `This route reads ${mediaOf(command).join(', ')}.`);
  }
  const checkedQuery = checkInput(command.query ?? NO_QUERY, { ...query }, 'query');
  const text = decodeText(request.body);
  if (!text.ok) return badInput(text.errors);
  const body = readBody(command, text.value);
  const errors = [...(checkedQuery.ok ? [] : checkedQuery.errors), ...(body.ok ? [] : body.errors)];
  if (!body.ok && body.isSyntax === true) return refuse('not-json', 'The body is not JSON.', { errors });
  if (!checkedQuery.ok || !body.ok) return badInput(errors);
  return { text: text.value, body: body.value, query: checkedQuery.value };
}

const MEDIA = {
  json: ['application/json'],
  text: ['application/yaml', 'text/yaml', 'application/x-yaml', 'text/plain', 'application/json'],
} as const;

function readsMedia(command: Command, media: string): boolean {
  const [essence = ''] = media.toLowerCase().split(';', 1);
  return mediaOf(command).includes(essence.trim());
}

function mediaOf({ media, reads }: Command): readonly string[] {
  return media ?? MEDIA[reads ?? 'json'];
}

const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false } as TSchema;

function readBody(command: Command, text: string): Input<unknown> & { readonly isSyntax?: boolean } {
  if (command.body === undefined) {
    if (text.trim() === '' || text.trim() === '{}') return { ok: true, value: {} };
    return { ok: false, errors: [{ path: '', found: 'a body', expected: 'none: this route reads none' }] };
  }
  if (command.reads === 'text') return checkText(command.body, text);
  if (command.bodyOptional === true && text.trim() === '') return checkInput(command.body, {}, 'body');
  const parsed = parseJson(text);
  return parsed.ok
    ? checkInput(command.body, parsed.value, 'body')
    : { ...parsed, isSyntax: parsed.errors[0]?.expected.startsWith('JSON') === true };
}

function checkText(schema: TSchema, text: string): Input<unknown> {
  const hostile = hostileText(text, '');
  return hostile === null ? checkInput(schema, text, 'body') : { ok: false, errors: [hostile] };
}

/** The refusal for input that is not as it should be; its sentence names the first error. */
export function badInput(errors: readonly InputError[]): Refusal {
  const [first] = errors;
  const where = first === undefined || first.path === '' ? 'The body' : `"${first.path}"`;
  const detail = first === undefined ? undefined : `${where}: found ${first.found}, expected ${first.expected}.`;
  return refuse('bad-input', detail ?? 'The request is not of the form that this route reads.', { errors });
}
