/**
 * One application of the demo: a process of its own that embeds the client, works all day, and writes down what it may do.
 *
 * Started by the demo with its settings in the environment; it knows nothing of the control plane but its address.
 */
import { createClient, type LicenceClient } from '@glidepath/client';
import { type ApplicationSettings, SETTINGS_VARIABLE } from './application-settings.ts';
import { type JournalEntry, writeEntry } from './journal.ts';
import { type DemoProduct, demoProduct } from './products.ts';

const WORK_EVERY_MS = 250;

function run({ product: name, folder, server, licenseKey, roots, features }: ApplicationSettings): void {
  const product = demoProduct(name);
  if (product === undefined) throw new Error(`the demo has no product ${name}`);
  const cacheDir = `${folder}/cache-${name}`;
  const licence = createClient({ server, licenseKey, roots, cacheDir, whenNothingSigned: 'deny', client: `demo/${name}` });
  const count = { done: 0, refused: 0 };
  let last = '';
  const timer = setInterval(() => {
    if (licence.status === 'not-ready') return;
    if (licence.check(product.work.feature).allowed) count.done += 1;
    else count.refused += 1;
    last = tell(folder, entryOf(licence, product, features, count), last);
  }, WORK_EVERY_MS);
  const stop = () => {
    clearInterval(timer);
    void licence.close({ release: true }).finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', () => undefined);
  // Without the demo there is nobody to stop this process.
  process.once('disconnect', stop);
}

function entryOf(
  licence: LicenceClient,
  { name, work }: DemoProduct,
  features: ApplicationSettings['features'],
  count: { readonly done: number; readonly refused: number },
): JournalEntry {
  const decisions = features.map((feature) => ({ title: feature.title, decision: licence.check(feature.name) }));
  const { tier, cause, next } = licence.check(work.feature);
  return {
    at: Date.now(),
    application: name,
    status: licence.status,
    tier,
    cause,
    nextCause: next?.cause ?? null,
    works: decisions.filter(({ decision }) => decision.allowed).map(({ title }) => title),
    lost: decisions.filter(({ decision }) => !decision.allowed).map(({ title, decision }) => ({ title, message: decision.userMessage })),
    ...count,
  };
}

/** Writes an entry when something other than the count of work has changed, and once every ten pieces of work. */
function tell(folder: string, entry: JournalEntry, last: string): string {
  const state = JSON.stringify([entry.status, entry.tier, entry.cause, entry.nextCause, Math.floor(entry.done / 10), entry.refused]);
  if (state !== last) writeEntry(folder, entry);
  return state;
}

run(JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as ApplicationSettings);
