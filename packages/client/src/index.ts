/** The embedded client. `createClient` is for Node; `createClientOn` takes another platform. */

export type { Cause, Decision, DecisionCode, Next, Notify } from '@glidepath/core';
export { createClientOn, type Explanation, type LicenceClient } from './client.ts';
export type { Silence } from './exchange.ts';
export type { Health } from './health.ts';
export type { ClientEvents, NoticeEvent, StatusEvent, TierEvent } from './listeners.ts';
export { createClient, nodePlatform } from './node/create-client.ts';
export type { ClientOptions, Misconfiguration } from './options.ts';
export type { Fetch, FileStore, HttpAnswer, HttpRequest, Log, Platform, Stream, TransportCode } from './platform.ts';
export type { Failure } from './refresher.ts';
export type { ClientStatus } from './status.ts';
