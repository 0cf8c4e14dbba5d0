/** A probe as a record. Its readings stay as they are until an agent reports again; those of a removed one are swept later. */
import { invariant, type Probe, type ProbeDocument } from '@glidepath/core';
import type { Applying } from './applying.ts';
import type { PlannedOf } from './plan.ts';
import type { ReadDocument } from './read-documents.ts';

type PlannedProbe = PlannedOf<'Probe'>;

export function applyProbe({ context, write, tell }: Applying, { action, now: current, next, changes }: PlannedProbe): void {
  const { environment, now, newId } = context;
  if (next === null) {
    invariant(current !== null, 'what is removed is there');
    write({ op: 'delete', table: 'probe', id: current.id });
    tell({ action: 'probe.removed', subject: current.id, facts: { name: current.name, kind: current.kind } });
    return;
  }
  const fields = fieldsOf(next);
  if (action === 'create') {
    const row: Probe = { id: newId('prb'), environment: environment.id, ...fields, appliedAt: now, revision: 0 };
    write({ op: 'insert', table: 'probe', row });
    tell({ action: 'probe.added', subject: row.id, facts: { name: row.name, kind: row.kind } });
  } else if (current !== null) {
    write({ op: 'update', table: 'probe', id: current.id, revision: current.revision, set: { ...fields, appliedAt: now } });
    tell({ action: 'probe.changed', subject: current.id, facts: { name: current.name, changed: changes.map(({ field }) => field) } });
  }
}

function fieldsOf({ document, tree }: ReadDocument<ProbeDocument>): Omit<Probe, 'id' | 'environment' | 'appliedAt' | 'revision'> {
  const { name, probeKind: kind, zone, settings, everyMs, agents, quorum } = document;
  return { name, kind, zone, settings, everyMs, agents, quorum, document: tree };
}
