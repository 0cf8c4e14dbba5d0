/**
 * Agents as principals: made with one token that carries no role, so that it reaches the commands of agents and nothing
 * else. One is shut out as any principal is: `POST /v1/principals/{principal}/disable`.
 */
import { type ApiToken, after, type Environment, type Instant, type Principal, type Store, type Write } from '@glidepath/core';
import { AgentMade, AgentRequest, AgentView, ListQuery, page } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand, refuse } from '../../command.ts';
import { makeToken, TOKEN_MAX_MS } from '../access/tokens.ts';
import { listed } from '../lists.ts';

const create = defineCommand({
  name: 'agent.create',
  method: 'POST',
  path: '/v1/agents',
  summary: 'Makes an agent with its token, which is shown once and can do nothing but ask for probes and report',
  auth: 'admin',
  body: AgentRequest,
  answers: { 201: AgentMade },
  secretAnswer: true,
  async run(context) {
    const { store, environment, now, newId, commit } = context;
    const { name } = context.body;
    const [taken] = await store.find('principal', { name }, { limit: 1 });
    if (taken !== undefined) return refuse('already-exists', `There is a principal named ${JSON.stringify(name)} already.`);
    const principal: Principal = { id: newId('prn'), kind: 'agent', name, email: null, createdAt: now, disabledAt: null, revision: 0 };
    const expiresAt = after(now, TOKEN_MAX_MS);
    const wish = { principal: principal.id, name: 'agent', roles: [], environment: environment.id, expiresAt };
    const { secret, row } = makeToken(context, wish);
    const writes: readonly Write[] = [
      { op: 'insert', table: 'principal', row: principal },
      { op: 'insert', table: 'apiToken', row },
    ];
    const happened = [{ action: 'agent.created', subject: principal.id, facts: { name, token: row.id, expiresAt } }];
    return commit({ writes, happened }, answer(201, { agent: principal.id, name, token: secret, expiresAt }));
  },
});

const list = defineCommand({
  name: 'agent.list',
  method: 'GET',
  path: '/v1/agents',
  summary: 'Lists agents: when each was last heard of, and what it lost',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(AgentView) },
  run: ({ store, environment, query, now }) =>
    listed(store, 'principal', { kind: 'agent' }, query, (principal) => agentView(store, principal, environment, now)),
});

/** More tokens of one agent than a rotation with overlap leaves behind in years. */
const TOKENS_MAX = 100;

async function agentView(store: Store, principal: Principal, { id: environment }: Environment, now: Instant) {
  const [state, tokens] = await Promise.all([
    store.get('agentState', principal.id),
    store.find('apiToken', { principal: principal.id }, { limit: TOKENS_MAX, newestFirst: true }),
  ]);
  const ends = tokens.filter((token) => works(token, environment, now)).map(({ expiresAt }) => expiresAt);
  const { id, createdAt, name, disabledAt } = principal;
  return {
    ...{ id, createdAt, name, disabledAt },
    ...{ seenAt: state?.seenAt ?? null, version: state?.version ?? null, dropped: state?.dropped ?? 0 },
    tokenExpiresAt: ends.length === 0 || disabledAt !== null ? null : Math.max(...ends),
  };
}

function works({ environment, revokedAt, expiresAt }: ApiToken, asked: string, now: Instant): boolean {
  return (environment === null || environment === asked) && revokedAt === null && expiresAt > now;
}

export const AGENT_COMMANDS: readonly Command[] = [create, list];
