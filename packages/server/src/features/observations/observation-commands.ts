/** Decisions for a replay elsewhere, and what the candidate of a rollout has been seen to decide differently. */
import {
  type DifferenceCounts,
  type DifferenceGroup,
  instant,
  mergeGroups,
  NO_DIFFERENCES,
  ROLLOUT_STAGES,
  type RolloutDifference,
  type RolloutStage,
} from '@glidepath/core';
import { body, EnvironmentQuery, ObservedDecisions, ObservedQuery, RolloutDifferencesView } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { nothingCalled } from '../references.ts';

const CHUNKS_DEFAULT = 10;

const read = defineCommand({
  name: 'observed-decision.list',
  method: 'GET',
  path: '/v1/observed-decisions',
  summary: 'Gives recorded decisions, oldest first, with how many were not recorded',
  auth: 'viewer',
  query: ObservedQuery,
  answers: { 200: ObservedDecisions },
  async run({ store, environment, observations, now, query: { since, limit = CHUNKS_DEFAULT, after } }) {
    if (after === undefined) await observations.flush(now);
    const from = after ?? (since === undefined ? undefined : placeAt(since));
    const chunks = await store.find(
      'observedChunk',
      { environment: environment.id },
      { limit, ...(from === undefined ? {} : { after: from }) },
    );
    const state = await store.get('observationState', environment.id);
    const { recorded, unrecorded, forgotten, bytes } = state ?? { recorded: 0, unrecorded: 0, forgotten: 0, bytes: 0 };
    return answer(200, {
      items: chunks.map(({ environment: _environment, bytes: _bytes, ...chunk }) => chunk),
      next: chunks.length < limit ? null : (chunks.at(-1)?.id ?? null),
      totals: { recorded, unrecorded, forgotten, bytes },
    });
  },
});

/** Before every chunk that was written at or after an instant: ids begin with the time at which they were made. */
function placeAt(since: number): string {
  const time = since.toString(16).padStart(12, '0').slice(-12);
  return `obs_${time.slice(0, 8)}-${time.slice(8)}`;
}

const differences = defineCommand({
  name: 'policy-rollout.differences',
  method: 'GET',
  path: '/v1/policy-rollouts/{id}/differences',
  summary: 'Shows what the candidate of a rollout has decided differently, on real decisions',
  auth: 'viewer',
  query: body(EnvironmentQuery),
  answers: { 200: RolloutDifferencesView },
  async run({ store, environment, observations, now, params: { id = '' } }) {
    const rollout = await store.get('policyRollout', id);
    if (rollout === null || rollout.environment !== environment.id) return nothingCalled('rollout', id);
    await observations.flush(now);
    const rows: RolloutDifference[] = [];
    for await (const row of everyRecord(store, 'rolloutDifference', { rollout: id })) rows.push(row);
    const stages = ROLLOUT_STAGES.flatMap((stage) => stageView(stage, rows));
    const { name, baseline, candidate } = rollout;
    return answer(200, { rollout: id, name, baseline, candidate, stages });
  },
});

/** What all nodes have found in one stage; nothing where none has looked. */
function stageView(stage: RolloutStage, all: readonly RolloutDifference[]) {
  const rows = all.filter((row) => row.stage === stage);
  if (rows.length === 0) return [];
  return [
    {
      stage,
      since: instant(Math.min(...rows.map(({ since }) => since))),
      until: instant(Math.max(...rows.map(({ until }) => until))),
      counts: rows.reduce((sum, { counts }) => added(sum, counts), NO_DIFFERENCES),
      undecided: rows.reduce((sum, { undecided }) => sum + undecided, 0),
      groups: mergeGroups(rows.flatMap(({ groups }) => groups)).map(groupView),
    },
  ];
}

function added(a: DifferenceCounts, b: DifferenceCounts): DifferenceCounts {
  return {
    decisions: a.decisions + b.decisions,
    losses: a.losses + b.losses,
    gains: a.gains + b.gains,
    changes: a.changes + b.changes,
    denials: a.denials + b.denials,
    withoutPlan: a.withoutPlan + b.withoutPlan,
    ungrouped: a.ungrouped + b.ungrouped,
  };
}

function groupView({ licenses, ...group }: DifferenceGroup) {
  return { ...group, licenses: licenses.length };
}

export const OBSERVATION_COMMANDS: readonly Command[] = [read, differences];
