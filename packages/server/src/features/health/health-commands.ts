/** Alive, ready, and what is wrong. Never gated by a licence, and none of them asks for one. */
import { Fault } from '@glidepath/core';
import { body, FindingView, HealthAnswer } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, type Context, defineCommand, refuse } from '../../command.ts';
import type { Examiner, Finding } from '../../findings.ts';
import { readinessExaminer, recordsExaminer } from './examiners.ts';

const alive = defineCommand({
  name: 'health.alive',
  method: 'GET',
  path: '/healthz',
  summary: 'Says that the process answers; looks at nothing else, so that no outage elsewhere restarts it',
  auth: 'none',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: HealthAnswer },
  run: async ({ world }) => answer(200, { status: 'alive', facts: { version: world.vitals.version } }),
});

const ready = defineCommand({
  name: 'health.ready',
  method: 'GET',
  path: '/readyz',
  summary: 'Says whether this node should get requests: database, clock, migrations, a key that signs; not while draining',
  auth: 'none',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: HealthAnswer },
  async run(context) {
    const { world } = context;
    if (world.vitals.isDraining()) return refuse('not-ready', 'This node is shutting down.', { facts: { findings: ['draining'] } });
    const examiners = [readinessExaminer(world), ...world.vitals.examiners].filter(({ forReadiness }) => forReadiness === true);
    const findings = (await examineAll(context, examiners)).filter(({ blocksReadiness }) => blocksReadiness);
    if (findings.length === 0) return answer(200, { status: 'ready' });
    // To anybody: the codes alone.
    return refuse('not-ready', 'This node is not ready to answer.', {
      facts: { findings: [...new Set(findings.map(({ code }) => code))] },
    });
  },
});

const Findings = Type.Object({
  items: Type.Array(Type.Object({ ...FindingView.properties, subject: Type.String(), blocksReadiness: Type.Boolean() })),
  next: Type.Null(),
});

const RANK = { critical: 0, warning: 1, info: 2 };

const doctor = defineCommand({
  name: 'health.doctor',
  method: 'GET',
  path: '/v1/doctor',
  summary: 'Lists what is wrong or will be, worst first, each with what mends it',
  auth: 'viewer',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: Findings },
  async run(context) {
    const { world } = context;
    const findings = await examineAll(context, [readinessExaminer(world), recordsExaminer(world), ...world.vitals.examiners]);
    const items = findings
      .toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
      .map(({ code, severity, subject, message, mend, blocksReadiness }) => ({
        code,
        severity,
        subject,
        message,
        command: mend,
        blocksReadiness,
      }));
    return answer(200, { items, next: null });
  },
});

/** An examiner that fails is a finding itself: nothing fails silently. */
async function examineAll(
  { world, now, store }: Pick<Context, 'world' | 'now' | 'store'>,
  examiners: readonly Examiner[],
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    examiners.map(async (examiner) => {
      try {
        return await examiner.examine(now, store);
      } catch (error) {
        world.log.error('examiner-failed', { examiner: examiner.name, error });
        return [error instanceof Fault && STORE_AWAY.has(error.code) ? storeAway(examiner) : unexamined(examiner)];
      }
    }),
  );
  return found.flat();
}

const STORE_AWAY: ReadonlySet<string> = new Set(['store-unavailable', 'store-busy', 'store-refused']);

function storeAway({ forReadiness }: Examiner): Finding {
  const message = 'The database does not answer; every command is refused with 503 until it does.';
  const mend = 'look after the database and the way to it';
  const blocksReadiness = forReadiness === true;
  return { code: 'store-unavailable', severity: 'critical', blocksReadiness, subject: 'store', message, mend };
}

function unexamined({ name, forReadiness }: Examiner): Finding {
  const message = `What "${name}" looks at could not be looked at; the log has the details.`;
  return { code: `${name}-unknown`, severity: 'critical', blocksReadiness: forReadiness === true, subject: name, message, mend: null };
}

export const HEALTH_COMMANDS: readonly Command[] = [alive, ready, doctor];
