/**
 * Carries the command layer over HTTP. Every route, the body limits and the problem documents come from the list of
 * commands; this file decides only what belongs to sockets: time-outs, headers, request ids, TLS, draining.
 *
 * Reading slowly, never finishing a header or keeping sockets open costs a client its own connection and nobody else's.
 */

import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, OutgoingHttpHeaders } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Fault } from '@glidepath/core';
import { PROBLEM_MEDIA_TYPE, problem } from '@glidepath/protocol';
import {
  type FastifyHttpOptions,
  type FastifyHttpsOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import type { Command } from '../../command.ts';
import type { CommandRequest, CommandResponse } from '../../request.ts';
import type { Server } from '../../server.ts';
import { bindingRemarks, isLoopback } from './binding.ts';
import { createHintStreams, type HintScope, type HintStreams, STREAM_LIMITS, type StreamLimits } from './hint-streams.ts';
import { answerClientError, HandlerTimeout, problemOf } from './http-problems.ts';
import { type ReloadingTls, reloadingTls, type TlsFiles } from './tls.ts';

export interface HttpOptions {
  /** Default `127.0.0.1`: nobody else hears it. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: TlsFiles;
  /** Addresses or ranges whose `X-Forwarded-*` are believed. */
  readonly trustedProxies?: readonly string[];
  /** Text of `/metrics`; left out, there is no such route. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Told after each answer, for counters. */
  readonly observe?: (response: Pick<CommandResponse, 'command' | 'code'>, elapsedMs: number) => void;
  readonly limits?: Partial<Limits>;
  readonly streamLimits?: Partial<StreamLimits>;
}

export interface Limits {
  /** From the first byte of a request to the last byte of its header. */
  readonly headersMs: number;
  /** From the first byte of a request to its last. */
  readonly requestMs: number;
  /** A command's own time. */
  readonly handlerMs: number;
  readonly keepAliveMs: number;
  /** A socket on which nothing moves. */
  readonly idleMs: number;
  /** How often sockets are looked at for the first two. */
  readonly lookMs: number;
}

const LIMITS: Limits = { headersMs: 10_000, requestMs: 30_000, handlerMs: 30_000, keepAliveMs: 72_000, idleMs: 120_000, lookMs: 5_000 };
const BODY_LIMIT = 256 * 1024;
const PATH_PART_MAX = 600;
const REQUEST_ID_FORM = /^[A-Za-z0-9_.:-]{1,128}$/;

export interface HttpAdapter {
  /** `http://127.0.0.1:7070`. Throws a Fault `port-in-use` or `cannot-listen`. */
  listen(): Promise<string>;
  /**
   * Goes on answering for `announceMs` (default 0), so that a load balancer sees `/readyz` say no; then stops listening, lets
   * what is in flight finish for at most `graceMs`, and closes the rest.
   */
  drain(graceMs: number, announceMs?: number): Promise<void>;
}

interface Carrier {
  readonly server: Server;
  readonly options: HttpOptions;
  readonly streams: HintStreams;
  readonly handlerMs: number;
  isClosing: boolean;
}

export async function createHttpAdapter(server: Server, options: HttpOptions): Promise<HttpAdapter> {
  const limits: Limits = { ...LIMITS, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const { log } = server.world;
  const streams = createHintStreams(server.world, { ...STREAM_LIMITS, ...options.streamLimits });
  const carrier: Carrier = { server, options, streams, handlerMs: limits.handlerMs, isClosing: false };
  const tls = options.tls === undefined ? null : reloadingTls(options.tls, log);
  const app = makeApp(carrier, limits, tls);
  for (const command of server.commands) app.route(routeOf(command, carrier));
  if (options.metrics !== undefined) addMetrics(app, server, options.metrics, isLoopback(host) && options.trustedProxies === undefined);
  return {
    async listen() {
      for (const remark of bindingRemarks(options)) log.warn('insecure-binding', { remark });
      const address = await listenOn(app, host, options.port);
      tls?.watch(app.server);
      return address;
    },
    async drain(graceMs, announceMs = 0) {
      if (announceMs > 0) await new Promise<void>((resolve) => server.world.scheduler.after(announceMs, resolve));
      tls?.stop();
      carrier.isClosing = true;
      streams.close();
      const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
      try {
        await app.close();
      } finally {
        clearTimeout(cut);
      }
    },
  };
}

function makeApp(carrier: Carrier, limits: Limits, tls: ReloadingTls | null): FastifyInstance {
  const { server, options } = carrier;
  const shared = {
    logger: false,
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PATH_PART_MAX },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionTimeout: limits.idleMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    genReqId: (raw) => requestId(raw.headers['x-request-id']),
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error, request, reply) => void dispatch(carrier, request, reply),
  } satisfies FastifyServerOptions;
  const sockets = { connectionsCheckingInterval: limits.lookMs };
  const app = tls === null ? plainApp({ ...shared, http: sockets }) : tlsApp({ ...shared, https: { ...sockets, ...tls.context() } });
  app.server.headersTimeout = limits.headersMs;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request, reply) => dispatch(carrier, request, reply));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.id, server.world.log);
    options.observe?.({ command: null, code: problem.code }, reply.elapsedTime);
    if (problem.code === 'too-large') swallow(request, reply);
    return send(reply, problem.status, PROBLEM_MEDIA_TYPE, problem);
  });
  return app;
}

/** As much of a body that is too large is read and forgotten. */
const SWALLOWED_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Closing while a caller still sends breaks its connection before it has read why. Within bounds the rest is let in, and
 * nothing is kept of it.
 */
function swallow(request: FastifyRequest, reply: FastifyReply): void {
  if (!(Number(request.headers['content-length']) <= SWALLOWED_MAX_BYTES)) return;
  reply.removeHeader('connection');
  request.raw.resume();
}

function plainApp(options: FastifyHttpOptions<HttpServer>): FastifyInstance {
  return fastify(options);
}

/** Routes and handlers do not care which server carries them. */
function tlsApp(options: FastifyHttpsOptions<HttpsServer>): FastifyInstance {
  return fastify(options) as unknown as FastifyInstance;
}

/** No page of ours is ever shown in a browser from here, so that everything is forbidden. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const HSTS = { 'strict-transport-security': 'max-age=31536000' };

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID_FORM.test(given) ? given : randomUUID();
}

function routeOf(command: Command, carrier: Carrier) {
  return {
    method: command.method,
    // A colon of ours (`leases:batch`) is none of the router's.
    url: command.path.replaceAll(':', '::').replace(/\{(\w+)\}/g, ':$1'),
    bodyLimit: command.bodyLimit ?? BODY_LIMIT,
    handler: (request: FastifyRequest, reply: FastifyReply) => dispatch(carrier, request, reply),
  };
}

async function dispatch(carrier: Carrier, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { server, options } = carrier;
  const response = await within(carrier.handlerMs, server.handle(requestOf(request)));
  options.observe?.(response, reply.elapsedTime);
  if (response.status >= 500)
    server.world.log.warn('request-failed', { requestId: request.id, command: response.command, code: response.code });
  else
    server.world.log.debug('request', {
      requestId: request.id,
      command: response.command,
      code: response.code,
      elapsedMs: reply.elapsedTime,
    });
  if (response.status === 200 && isStream(server, response.command)) return startStream(carrier, request, reply, response);
  reply.headers(response.headers);
  // A connection that is kept alive now would hold up the end of the drain.
  if (carrier.isClosing) reply.header('connection', 'close');
  return send(reply, response.status, response.contentType, response.body);
}

/** Fastify's own `handlerTimeout` makes an abort signal and its error for every request, a tenth of what a request costs. */
function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new HandlerTimeout()), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}

function isStream({ commands }: Server, command: string | null): boolean {
  return commands.some(({ name, streams }) => name === command && streams === true);
}

const TURNED_AWAY = {
  closing: ['not-ready', 'This node is shutting down.'],
  'per-key': ['rate-limited', 'This license key follows as many streams as one may; hints are a help, and none is needed.'],
  'in-all': ['overloaded', 'This node carries as many streams as it may; hints are a help, and none is needed.'],
} as const;
const STREAM_RETRY_MS = 60_000;

/** Keeps the answer open, or says why not. */
function startStream(carrier: Carrier, request: FastifyRequest, reply: FastifyReply, { body, headers }: CommandResponse): FastifyReply {
  const scope = body as HintScope;
  const why = carrier.isClosing ? 'closing' : carrier.streams.refuses(scope.key);
  if (why !== null) {
    const [code, detail] = TURNED_AWAY[why];
    const refused = problem(code, detail, { instance: request.id, retryAfterMs: STREAM_RETRY_MS });
    reply.headers({ ...headers, 'retry-after': String(STREAM_RETRY_MS / 1_000) });
    return send(reply, refused.status, PROBLEM_MEDIA_TYPE, refused);
  }
  withSafeHeaders(reply).headers({ ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  reply.hijack();
  reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
  carrier.streams.open(scope, reply.raw);
  return reply;
}

function requestOf(request: FastifyRequest): CommandRequest {
  const [path = '/'] = request.url.split('?', 1);
  return {
    method: request.method,
    path,
    query: request.query as NonNullable<CommandRequest['query']>,
    headers: request.headers as NonNullable<CommandRequest['headers']>,
    ...(request.body instanceof Uint8Array && request.body.length > 0 ? { body: request.body } : {}),
    requestId: request.id,
    address: request.ip,
  };
}

function send(reply: FastifyReply, status: number, contentType: string, body: unknown): FastifyReply {
  return withSafeHeaders(reply)
    .code(status)
    .header('content-type', `${contentType}; charset=utf-8`)
    .send(typeof body === 'string' ? body : JSON.stringify(body));
}

/** On every answer: a hook would miss those that are given before any route is found. */
function withSafeHeaders(reply: FastifyReply): FastifyReply {
  const { id, protocol } = reply.request;
  return reply.headers({ ...SAFE_HEADERS, ...(protocol === 'https' ? HSTS : {}), 'x-request-id': id });
}

/** Behind a proxy on the same machine every caller looks local, so that a trusted proxy makes the token mandatory too. */
function addMetrics(app: FastifyInstance, server: Server, metrics: NonNullable<HttpOptions['metrics']>, isOpen: boolean): void {
  app.get('/metrics', async (request, reply) => {
    const refusal = isOpen ? null : await server.admits('viewer', 'metrics.read', requestOf(request));
    if (refusal !== null) {
      reply.headers(refusal.headers);
      return send(reply, refusal.status, refusal.contentType, refusal.body);
    }
    const { contentType, text } = await metrics();
    return withSafeHeaders(reply).code(200).header('content-type', contentType).send(text);
  });
}

async function listenOn(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port, listenTextResolver: () => '' });
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const message = isTaken ? `Port ${port} on ${host} is in use; choose another with --port` : `Cannot listen on ${host}:${port}`;
    throw new Fault(isTaken ? 'port-in-use' : 'cannot-listen', message, { retryable: false, cause });
  }
  const { address, port: bound, family } = app.server.address() as AddressInfo;
  const scheme = app.initialConfig.https === undefined || app.initialConfig.https === false ? 'http' : 'https';
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}
