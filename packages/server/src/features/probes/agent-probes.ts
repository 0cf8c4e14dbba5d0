/** What an agent asks: which probes are its to run, in the environment of its token. */
import { after, MINUTE, type Probe } from '@glidepath/core';
import { body, ProbeTasks } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { stateWrite } from './agent-state.ts';

/** A probe that names no agents is everybody's. */
export function isRunBy({ agents }: Probe, agent: string): boolean {
  return agents.length === 0 || agents.includes(agent);
}

const tasks = defineCommand({
  name: 'agent.probes',
  method: 'GET',
  path: '/v1/agent/probes',
  summary: 'Lists the probes that the calling agent runs',
  auth: 'agent',
  // That an agent asked is kept as its state, not told.
  audited: false,
  query: body({}),
  answers: { 200: ProbeTasks },
  async run(context) {
    const { store, environment, actor } = context;
    const agent = actor.kind === 'principal' ? actor.name : '';
    const probes: object[] = [];
    for await (const probe of everyRecord(store, 'probe', { environment: environment.id })) {
      const { name, kind, zone, everyMs, settings } = probe;
      if (isRunBy(probe, agent)) probes.push({ name, kind, zone, everyMs, settings });
    }
    await heardOf(context as Context);
    return answer(200, { probes });
  },
});

/** An agent that asks is alive, though it may have nothing to report for an hour. Written at most once a minute. */
async function heardOf(context: Context): Promise<void> {
  const { store, actor, now, commit } = context;
  const state = await store.get('agentState', actor.id);
  if (state !== null && now < after(state.seenAt, MINUTE)) return;
  // A conflict means that it was heard of elsewhere in this moment.
  await commit({ writes: [stateWrite(state, actor.id, now, null)], happened: [] }, answer(200, null));
}

export const AGENT_PROBE_COMMANDS: readonly Command[] = [tasks];
