/**
 * Policies: published as immutable versions named by their digest, put in force by pointing an environment at one.
 *
 * Publishing refuses a document with any violation, and names them all with line and column. Pointing refuses a version
 * that lacks a plan which a following license has, now or to come; tiers need no such rule, they map by name.
 */
import {
  NO_CANDIDATE,
  type Policy,
  type PolicyPointer,
  type PolicyVersion,
  planNamed,
  runPolicyTests,
  type Store,
  termsInForce,
  type Write,
} from '@glidepath/core';
import {
  body,
  EnvironmentQuery,
  ListQuery,
  PointerRequest,
  PointerView,
  PolicyDocument,
  PolicyPublished,
  PolicyQuery,
  PolicyView,
  page,
} from '@glidepath/protocol/http';
import { type ReadPolicy, readPolicy } from '@glidepath/protocol/policy';
import { Type } from 'typebox';
import { answer, type Change, type Command, type Context, defineCommand, type Happening, type Refusal, refuse } from '../../command.ts';
import { everyRecord, listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';

const BODY_LIMIT = 1024 * 1024 + 1;
/** A document can break more rules than anybody reads at once. */
const VIOLATIONS_SHOWN = 200;

const publish = defineCommand({
  name: 'policy.publish',
  method: 'POST',
  path: '/v1/policies',
  summary: 'Publishes a policy and points the environment at it',
  auth: 'operator',
  reads: 'text',
  body: Type.String(),
  bodyLimit: BODY_LIMIT,
  query: PolicyQuery,
  answers: { 201: PolicyPublished, 200: PolicyPublished },
  async run(context) {
    const { body: source, query, store, world, newId, now, actor, may } = context;
    const reading = readPolicy(source, world.crypto);
    const { document, policy, violations } = reading;
    if (document === null || policy === null) {
      const detail = `The policy breaks ${violations.length} rule${violations.length === 1 ? '' : 's'}; the first: ${violations[0]?.message ?? ''}`;
      return refuse('policy-invalid', detail, { violations: violations.slice(0, VIOLATIONS_SHOWN) });
    }
    const failed = failedTests(policy, reading);
    if (failed.length > 0) {
      const detail = `${failed.length} of ${policy.tests.length} tests of the policy itself fail; the first: ${failed[0]?.message ?? ''}`;
      return refuse('policy-invalid', detail, { violations: failed.slice(0, VIOLATIONS_SHOWN) });
    }
    const version: PolicyVersion = {
      id: newId('pol'),
      digest: document.digest,
      name: policy.name,
      source,
      tree: document.tree,
      createdAt: now,
      createdBy: actor.id,
    };
    const published = await publication(store, version);
    if (query.publishOnly !== true && !may('approver'))
      return refuse('forbidden', 'Pointing an environment at a policy needs the role approver; publish with publishOnly=true.');
    const pointed = query.publishOnly === true ? NOTHING : await pointing(context, policy, document.digest);
    if ('code' in pointed) return pointed;
    const change: Change = { writes: [...published.writes, ...pointed.writes], happened: [...published.happened, ...pointed.happened] };
    const answered = { name: policy.name, digest: document.digest, violations: [] };
    return change.writes.length === 0 ? answer(200, answered) : context.commit(change, answer(201, answered));
  },
});

/** What the document says of itself and does not keep: such a version is a mistake, whichever of the two is wrong. */
function failedTests(policy: Policy, { locate }: Pick<ReadPolicy, 'locate'>) {
  return runPolicyTests(policy).flatMap(({ name, passed, differences, problems }, position) => {
    const path = ['spec', 'tests', position];
    const wrong = differences.map(({ word, expected, found }) => `${word} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
    const why = [...wrong, ...problems.map(({ message }) => message)].join('; ');
    return passed ? [] : [{ code: 'test-failed', path, message: `The test "${name}" fails: ${why}`, ...locate(path, 'value') }];
  });
}

const NOTHING: Change = { writes: [], happened: [] };

/** Publishing the same document again is no change: its digest is its name. */
async function publication(store: Store, version: PolicyVersion): Promise<Change> {
  const [known] = await store.find('policyVersion', { digest: version.digest }, { limit: 1 });
  if (known !== undefined) return NOTHING;
  const told: Happening = { action: 'policy.published', subject: version.id, facts: { name: version.name, digest: version.digest } };
  return { writes: [{ op: 'insert', table: 'policyVersion', row: version }], happened: [told] };
}

/** What it takes to point the environment at a digest, or why it may not be. */
async function pointing({ store, environment, now }: Context<unknown, unknown>, policy: Policy, digest: string): Promise<Change | Refusal> {
  const id = `${environment.id}/${policy.name}`;
  const current = await store.get('policyPointer', id);
  if (current?.digest === digest) return NOTHING;
  const lost = current === null ? null : await planInUse(store, environment.id, policy, current, now);
  if (lost !== null) {
    const detail = `Licenses use the plan "${lost.plan}", which this policy does not have; the first is ${lost.license}.`;
    return refuse('plan-in-use', detail, { facts: { ...lost } });
  }
  const facts = { environment: environment.name, name: policy.name, digest, previous: current?.digest ?? null };
  return {
    writes: [pointerWrite(id, environment.id, policy.name, digest, current, now)],
    happened: [{ action: 'policy.promoted', subject: id, facts }],
  };
}

function pointerWrite(
  id: string,
  environment: string,
  name: string,
  digest: string,
  current: PolicyPointer | null,
  now: Context['now'],
): Write {
  if (current === null) {
    return {
      op: 'insert',
      table: 'policyPointer',
      row: { id, environment, name, digest, previous: null, ...NO_CANDIDATE, setAt: now, revision: 0 },
    };
  }
  return { op: 'update', table: 'policyPointer', id, revision: current.revision, set: { digest, previous: current.digest, setAt: now } };
}

/**
 * The first following license with a plan that the new policy lacks; null: there is none.
 *
 * Only plans that the present version has are looked for, so that the usual promotion, which removes none, reads no
 * license. A license that is issued in the same moment keeps its terms: whoever meets it stays with the version they name.
 */
async function planInUse(store: Store, environment: string, next: Policy, current: PolicyPointer, now: Context['now']) {
  const [version] = await store.find('policyVersion', { digest: current.digest }, { limit: 1 });
  const plans = Object.keys((version?.tree as { spec?: { plans?: object } } | undefined)?.spec?.plans ?? {});
  for (const plan of plans.filter((name) => planNamed(next, name) === null)) {
    const seen = new Set<string>();
    for await (const row of everyRecord(store, 'licenseTerms', { plan })) {
      if (seen.has(row.license)) continue;
      seen.add(row.license);
      if (await isFollowing(store, row.license, environment, current.name, plan, now)) return { plan, license: row.license };
    }
  }
  return null;
}

async function isFollowing(
  store: Store,
  id: string,
  environment: string,
  policyName: string,
  plan: string,
  now: Context['now'],
): Promise<boolean> {
  const license = await store.get('license', id);
  if (license?.environment !== environment || license.policyName !== policyName || license.policyMode !== 'follow') return false;
  const terms = await store.find('licenseTerms', { license: id }, { limit: 1_000 });
  return termsInForce(terms, now)?.plan === plan || terms.some((row) => row.effectiveFrom > now && row.plan === plan);
}

const list = defineCommand({
  name: 'policy.list',
  method: 'GET',
  path: '/v1/policies',
  summary: 'Lists published versions',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(PolicyView) },
  run: ({ store, query }) =>
    listed(store, 'policyVersion', {}, query, ({ id, createdAt, name, digest, createdBy }) => ({ id, createdAt, name, digest, createdBy })),
});

const show = defineCommand({
  name: 'policy.show',
  method: 'GET',
  path: '/v1/policies/{digest}',
  summary: 'Shows a version as it was written, by digest or by the name that the environment points at',
  auth: 'viewer',
  query: body(EnvironmentQuery),
  answers: { 200: PolicyDocument },
  async run({ store, environment, params: { digest: asked = '' } }) {
    const digest = asked.startsWith('sha256:') ? asked : (await store.get('policyPointer', `${environment.id}/${asked}`))?.digest;
    const [version] = digest === undefined ? [] : await store.find('policyVersion', { digest }, { limit: 1 });
    if (version === undefined) return nothingCalled('policy', asked);
    return answer(200, { name: version.name, digest: version.digest, source: version.source, tree: version.tree });
  },
});

const point = defineCommand({
  name: 'policy.promote',
  method: 'PUT',
  path: '/v1/policy-pointers/{name}',
  summary: 'Points the environment at a published version; also the way back',
  auth: 'approver',
  body: PointerRequest,
  answers: { 200: PointerView },
  async run(context) {
    const {
      store,
      environment,
      now,
      body: { digest },
      params: { name = '' },
    } = context;
    const inForce = await context.policy(digest);
    if (inForce === null) return nothingCalled('policy', digest);
    if (inForce.policy.name !== name) return refuse('conflict', `The policy ${digest} is named "${inForce.policy.name}", not "${name}".`);
    const change = await pointing(context, inForce.policy, digest);
    if ('code' in change) return change;
    const current = await store.get('policyPointer', `${environment.id}/${name}`);
    if (change.writes.length === 0 && current !== null) return answer(200, pointerView(current));
    return context.commit(
      change,
      answer(200, { environment: environment.id, name, digest, previous: current?.digest ?? null, setAt: now }),
    );
  },
});

function pointerView({ environment, name, digest, previous, setAt }: PolicyPointer) {
  return { environment, name, digest, previous, setAt };
}

const listPointers = defineCommand({
  name: 'policy.list-pointers',
  method: 'GET',
  path: '/v1/policy-pointers',
  summary: 'Lists which version the environment uses under which name',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(PointerView) },
  run: ({ store, environment, query }) => listed(store, 'policyPointer', { environment: environment.id }, query, pointerView),
});

export const POLICY_COMMANDS: readonly Command[] = [publish, list, show, point, listPointers];
