/**
 * A web service that embeds the client: it answers what its licence gives, and a licence problem never takes it down.
 *
 * The two Kubernetes probes look at this process alone. If liveness looked at the licence, one licence outage would
 * restart a whole fleet; if readiness did, it would take every pod out of the balancer at once.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createClient, type Decision } from '@glidepath/client';

const licence = createClient({
  server: (process.env.GLIDEPATH_SERVER ?? 'http://127.0.0.1:7070').split(','),
  licenseKey: process.env.GLIDEPATH_LICENSE_KEY ?? '',
  roots: (process.env.GLIDEPATH_ROOTS ?? '').split(',').filter((root) => root !== ''),
  cacheDir: process.env.GLIDEPATH_CACHE ?? '.glidepath-cache',
  // Customers have paid for reading; until the first signed word this service gives the benefit of the doubt.
  whenNothingSigned: 'allow',
  client: 'example-web-service',
});

licence.on('tier', ({ from, to, cause }) => console.log(`licence: tier ${from ?? 'unknown'} → ${to} (${cause})`));

const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'GET /livez': (response) => send(response, 200, { alive: true }),
  'GET /readyz': (response) => send(response, isDraining ? 503 : 200, { ready: !isDraining }),
  'GET /licence': (response) => send(response, 200, licence.health()),
  'GET /items': (response) => gated(response, 'read', () => ({ items: ['a', 'b', 'c'] })),
  'POST /items': (response) => gated(response, 'write', () => ({ written: true })),
  'POST /batches': (response) => gated(response, 'batch', () => ({ batchSize: licence.limit('batch-size') ?? 0 })),
};

/** Does the work if the feature is there; else says what is lost in the policy's own words, with the code for programs. */
function gated(response: ServerResponse, feature: string, work: () => object): void {
  const decision = licence.check(feature);
  if (decision.allowed) send(response, 200, work());
  else send(response, 402, lostBody(decision));
}

function lostBody({ feature, code, userMessage, reason, tier }: Decision): object {
  return { error: 'feature-not-licensed', feature, code, tier, message: userMessage ?? reason };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const route = routes[`${request.method} ${request.url}`];
  if (route === undefined) send(response, 404, { error: 'not-found' });
  else route(response);
}

let isDraining = false;
const server = createServer(answer);
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});

process.once('SIGTERM', () => {
  isDraining = true;
  server.close(() => void licence.close({ release: true }).then(() => process.exit(0)));
});
