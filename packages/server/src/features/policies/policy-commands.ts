/**
 * Policies: published as immutable versions named by their digest, put in force by pointing an environment at one.
 *
 * Publishing refuses a document with any violation, one whose tests fail, and one that is not proved, and names all that is
 * wrong with line and column. The first version of a name is in force at once; the next ones go by stages (`rollouts`).
 */
import { NO_CANDIDATE, type Policy, type PolicyPointer, type PolicyVersion, type Store, settingsOf, type Write } from '@glidepath/core';
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
import { readPolicy } from '@glidepath/protocol/policy';
import { Type } from 'typebox';
import { answer, type Change, type Command, type Context, defineCommand, type Happening, type Refusal, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';
import { followers, refuseSecond } from '../rollouts/promoting.ts';
import { standingOf } from '../rollouts/rollout-changes.ts';
import { refusePlanInUse } from './plan-in-use.ts';
import { refuseUnproved, VIOLATIONS_SHOWN } from './proved.ts';

const BODY_LIMIT = 1024 * 1024 + 1;

const publish = defineCommand({
  name: 'policy.publish',
  method: 'POST',
  path: '/v1/policies',
  summary: 'Publishes a policy; the first version of a name is in force at once, the next ones go by stages',
  auth: 'operator',
  reads: 'text',
  body: Type.String(),
  bodyLimit: BODY_LIMIT,
  query: PolicyQuery,
  answers: { 201: PolicyPublished, 200: PolicyPublished },
  async run(context) {
    const { body: source, query, store, environment, world, newId, now, actor, may } = context;
    const { document, policy, violations, locate } = readPolicy(source, world.crypto);
    if (document === null || policy === null) {
      const detail = `The policy breaks ${violations.length} rule${violations.length === 1 ? '' : 's'}; the first: ${violations[0]?.message ?? ''}`;
      return refuse('policy-invalid', detail, { violations: violations.slice(0, VIOLATIONS_SHOWN) });
    }
    const unproved = refuseUnproved(policy, locate);
    if (unproved !== null) return unproved;
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
    const current = await store.get('policyPointer', `${environment.id}/${policy.name}`);
    const isPointed = query.publishOnly !== true && (await isPointedAtOnce(context, current));
    if (isPointed && !may('approver'))
      return refuse('forbidden', 'Pointing an environment at a policy needs the role approver; publish with publishOnly=true.');
    const pointed = isPointed ? await pointing(context, policy, document.digest, current) : NOTHING;
    if ('code' in pointed) return pointed;
    const change: Change = { writes: [...published.writes, ...pointed.writes], happened: [...published.happened, ...pointed.happened] };
    const inForce = isPointed ? document.digest : (current?.digest ?? null);
    const answered = { name: policy.name, digest: document.digest, violations: [], inForce };
    return change.writes.length === 0 ? answer(200, answered) : context.commit(change, answer(201, answered));
  },
});

const NOTHING: Change = { writes: [], happened: [] };

/** The first version of a name takes nothing from anybody; where promotion is direct and one person's word is enough, so is any. */
async function isPointedAtOnce({ store, environment }: Context<unknown, unknown>, current: PolicyPointer | null): Promise<boolean> {
  const { promotion, twoPersons } = settingsOf(await store.get('environmentSetting', environment.id));
  return current === null || (promotion === 'direct' && !twoPersons);
}

/** Publishing the same document again is no change: its digest is its name. */
async function publication(store: Store, version: PolicyVersion): Promise<Change> {
  const [known] = await store.find('policyVersion', { digest: version.digest }, { limit: 1 });
  if (known !== undefined) return NOTHING;
  const told: Happening = { action: 'policy.published', subject: version.id, facts: { name: version.name, digest: version.digest } };
  return { writes: [{ op: 'insert', table: 'policyVersion', row: version }], happened: [told] };
}

/** What it takes to point the environment at a digest, or why it may not be. */
async function pointing(
  { store, environment, now }: Context<unknown, unknown>,
  policy: Policy,
  digest: string,
  current: PolicyPointer | null,
): Promise<Change | Refusal> {
  const id = `${environment.id}/${policy.name}`;
  if (current?.digest === digest) return NOTHING;
  const standing = await standingOf(store, current);
  if (standing !== null) return refuseSecond(standing.rollout);
  const inUse = current === null ? null : await refusePlanInUse(store, followers(current), policy, now);
  if (inUse !== null) return inUse;
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
  summary: 'Points the environment at a published version at once, where promotion is direct',
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
    const current = await store.get('policyPointer', `${environment.id}/${name}`);
    if (current !== null && current.digest !== digest && !(await isPointedAtOnce(context, current)))
      return refuse(
        'promotion-staged',
        `${name} goes by stages here: glidepath policy promote ${name}, and back: glidepath policy rollback ${name}.`,
      );
    const unproved = refuseUnproved(inForce.policy, null);
    if (unproved !== null) return unproved;
    const change = await pointing(context, inForce.policy, digest, current);
    if ('code' in change) return change;
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
