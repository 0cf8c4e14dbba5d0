/** What comes in and goes out of the command layer, whatever carried it. */
import type { Command, Method } from './command.ts';

export interface CommandRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** As it came; the layer decodes and parses, so that every transport refuses the same bytes. */
  readonly body?: Uint8Array | string;
  /** Shown in problem documents and logs. */
  readonly requestId?: string;
  /** Where it came from, as the nearest trusted proxy says; absent where the caller is in this process. */
  readonly address?: string;
}

export interface CommandResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** JSON, or a string where `contentType` is no JSON. */
  readonly body: unknown;
  /** For logs and metrics: the command's name (null: no such route) and `ok` or the problem's code. */
  readonly command: string | null;
  readonly code: string;
}

export const JSON_TYPE = 'application/json';

interface Route {
  readonly command: Command;
  /** A parameter's name is kept in `param`. */
  readonly segments: readonly { readonly text: string; readonly param: boolean }[];
}

export type Match =
  | { readonly kind: 'command'; readonly command: Command; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'bad-encoding' }
  | { readonly kind: 'method-not-allowed'; readonly allowed: readonly Method[] };

/**
 * Finds the command for a method and path. A literal segment goes before a parameter, so `/v1/leases/renew` is never an
 * id; a path that exists under other methods only is told apart from one that does not exist.
 */
export function createRouter(commands: readonly Command[]): (method: string, path: string) => Match {
  const routes = commands.map((command) => ({ command, segments: segmentsOf(command.path) })).sort((a, b) => paramCount(a) - paramCount(b));
  const literal = new Map(
    commands.filter(({ path }) => !path.includes('{')).map((command) => [`${command.method} ${command.path}`, command]),
  );
  return (method, path) => {
    const exact = literal.get(`${method} ${path}`);
    if (exact !== undefined) return { kind: 'command', command: exact, params: {} };
    const segments = decodeSegments(path);
    if (segments === null) return { kind: 'bad-encoding' };
    const matching = routes.filter((route) => fits(route, segments));
    const route = matching.find(({ command }) => command.method === method);
    if (route !== undefined) return { kind: 'command', command: route.command, params: paramsOf(route, segments) };
    if (matching.length === 0) return { kind: 'not-found' };
    return { kind: 'method-not-allowed', allowed: [...new Set(matching.map(({ command }) => command.method))] };
  };
}

function segmentsOf(path: string): Route['segments'] {
  return path.split('/').map((text) => {
    const param = text.startsWith('{') && text.endsWith('}');
    return { text: param ? text.slice(1, -1) : text, param };
  });
}

function paramCount(route: Route): number {
  return route.segments.filter((segment) => segment.param).length;
}

function decodeSegments(path: string): readonly string[] | null {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    return null;
  }
}

function fits(route: Route, segments: readonly string[]): boolean {
  if (route.segments.length !== segments.length) return false;
  return route.segments.every((segment, at) => (segment.param ? segments[at] !== '' : segment.text === segments[at]));
}

function paramsOf(route: Route, segments: readonly string[]): Record<string, string> {
  const entries = route.segments.flatMap((segment, at) => (segment.param ? [[segment.text, segments[at] ?? ''] as const] : []));
  return Object.fromEntries(entries);
}
