/** The OpenAPI 3.1 document, made from the commands themselves: what is not a command is not in it, and nothing is forgotten. */
import type { TSchema } from 'typebox';
import { ERROR_CODES, ERRORS, type ErrorCode } from '../errors/errors.ts';
import { PROBLEM_MEDIA_TYPE } from '../errors/problem.ts';
import { ProblemSchema } from '../schemas/problem-schema.ts';

/** The part of a server command that describes it to the outside. */
export interface CommandDescription {
  /** `license.suspend`: noun, verb; the operation's id. */
  readonly name: string;
  readonly method: string;
  /** With `{id}` for parameters. */
  readonly path: string;
  readonly summary: string;
  /** `none`, `license-key`, `agent`, or the least role. */
  readonly auth: string;
  readonly admitsLicenseKey?: boolean | undefined;
  /** Default `json`. */
  readonly reads?: 'json' | 'text' | undefined;
  /** Content types; default by `reads`. */
  readonly media?: readonly string[] | undefined;
  readonly body?: TSchema | undefined;
  readonly bodyOptional?: boolean | undefined;
  readonly query?: TSchema | undefined;
  /** Success bodies by status; an empty schema (`Type.Unknown()`) for any JSON. */
  readonly answers: Readonly<Record<number, TSchema>>;
  /** The answer stays open, as server-sent events. */
  readonly streams?: boolean | undefined;
  /** Default `header`: a mutating command takes `Idempotency-Key`. */
  readonly idempotency?: 'header' | 'own' | undefined;
}

export interface ApiInfo {
  readonly version: string;
  /** Address of the control plane that serves the document. */
  readonly server?: string | undefined;
}

type Json = Record<string, unknown>;

const LICENSE_KEY = 'licenseKey';
const TOKEN = 'apiToken';

export function openapi(commands: readonly CommandDescription[], info: ApiInfo): Json {
  const paths: Record<string, Json> = {};
  for (const command of commands) {
    paths[command.path] = { ...paths[command.path], [command.method.toLowerCase()]: operation(command) };
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Glidepath',
      version: info.version,
      summary: 'A licence control plane run like a production service.',
      description:
        'Instants are milliseconds since 1970-01-01T00:00:00Z. Embedded clients act on signed words alone, never on a problem document.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: info.server ?? '/' }],
    tags: [...new Set(commands.map(nounOf))].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        [LICENSE_KEY]: { type: 'http', scheme: 'bearer', description: 'License key `glk_…`: what an application carries.' },
        [TOKEN]: { type: 'http', scheme: 'bearer', description: 'API token `glt_…`: never ships in an application.' },
      },
      schemas: { Problem: plain(ProblemSchema) },
      responses: { Problem: problemResponse('Any other answer: a problem document.') },
    },
  };
}

function nounOf(command: CommandDescription): string {
  return command.name.split('.')[0] ?? command.name;
}

function operation(command: CommandDescription): Json {
  const parameters = [...pathParameters(command.path), ...queryParameters(command.query), ...headerParameters(command)];
  return {
    operationId: command.name,
    summary: command.summary,
    tags: [nounOf(command)],
    security: security(command),
    ...(roleOf(command) === null ? {} : { 'x-role': roleOf(command) }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody(command) ?? {}),
    responses: { ...successes(command), ...refusals(command), default: { $ref: '#/components/responses/Problem' } },
  };
}

function roleOf({ auth }: CommandDescription): string | null {
  return auth === 'none' || auth === 'license-key' || auth === 'agent' ? null : auth;
}

function security(command: CommandDescription): readonly Json[] {
  if (command.auth === 'none') return [];
  if (command.auth === 'license-key') return [{ [LICENSE_KEY]: [] }];
  return command.admitsLicenseKey ? [{ [TOKEN]: [] }, { [LICENSE_KEY]: [] }] : [{ [TOKEN]: [] }];
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(query: TSchema | undefined): readonly Json[] {
  const { properties = {}, required = [] } = plain(query ?? {}) as { properties?: Record<string, Json>; required?: readonly string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

function headerParameters(command: CommandDescription): readonly Json[] {
  if (command.method === 'GET' || command.idempotency === 'own' || roleOf(command) === null) return [];
  const description = 'The same key with the same body gives the first answer again, for 24 hours.';
  return [{ name: 'Idempotency-Key', in: 'header', required: false, description, schema: { type: 'string', maxLength: 255 } }];
}

function requestBody(command: CommandDescription): Json | null {
  if (command.media !== undefined)
    return { requestBody: { required: true, content: Object.fromEntries(command.media.map((type) => [type, {}])) } };
  if (command.reads === 'text') {
    const schema = { type: 'string' };
    return {
      requestBody: { required: true, content: { 'text/yaml': { schema }, 'application/yaml': { schema }, 'application/json': {} } },
    };
  }
  if (command.body === undefined) return null;
  const content = { 'application/json': { schema: plain(command.body) } };
  return { requestBody: { required: command.bodyOptional !== true, content } };
}

function successes(command: CommandDescription): Json {
  return Object.fromEntries(
    Object.entries(command.answers).map(([status, schema]) => [
      status,
      { description: command.summary, content: contentOf(command, schema) },
    ]),
  );
}

function contentOf({ streams }: CommandDescription, schema: TSchema): Json {
  if (streams !== true) return { 'application/json': { schema: plain(schema) } };
  const description = 'Events named hint, with data such as {"license":"lic_…"} or {"keySet":true}, and comments between them.';
  return { 'text/event-stream': { schema: { type: 'string', description } } };
}

/** The statuses that this command's shape makes possible, each with its codes. */
function refusals(command: CommandDescription): Json {
  const statuses = new Set<number>([429, 503]);
  if (command.body !== undefined || command.query !== undefined || command.reads === 'text') statuses.add(400);
  if (command.body !== undefined || command.reads === 'text') statuses.add(413).add(415).add(422);
  if (command.auth !== 'none') statuses.add(401).add(403);
  if (command.path.includes('{')) statuses.add(404);
  if (command.method !== 'GET') statuses.add(409);
  return Object.fromEntries([...statuses].sort((a, b) => a - b).map((status) => [status, problemResponse(codesOf(status))]));
}

function codesOf(status: number): string {
  const codes: readonly ErrorCode[] = ERROR_CODES.filter((code) => ERRORS[code].status === status);
  return `A problem with one of the codes ${codes.map((code) => `\`${code}\``).join(', ')}.`;
}

function problemResponse(description: string): Json {
  return { description, content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } } };
}

/** A schema as JSON, without what only a file of its own may say. */
function plain(schema: TSchema | object): Json {
  const { $schema: _draft, $id: _id, ...rest } = JSON.parse(JSON.stringify(schema)) as Json;
  return rest;
}
