/** What an agent asks: which probes are its to run, in the environment of its token. */
import type { Probe } from '@glidepath/core';
import { body, ProbeTasks } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand } from '../../command.ts';
import { everyRecord } from '../lists.ts';

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
  query: body({}),
  answers: { 200: ProbeTasks },
  async run({ store, environment, actor }) {
    const agent = actor.kind === 'principal' ? actor.name : '';
    const probes: object[] = [];
    for await (const probe of everyRecord(store, 'probe', { environment: environment.id })) {
      const { name, kind, zone, everyMs, settings } = probe;
      if (isRunBy(probe, agent)) probes.push({ name, kind, zone, everyMs, settings });
    }
    return answer(200, { probes });
  },
});

export const AGENT_PROBE_COMMANDS: readonly Command[] = [tasks];
