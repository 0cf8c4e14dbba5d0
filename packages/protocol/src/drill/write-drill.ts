/** Drills as text (DESIGN: drills): YAML that a person edits and `readDrill` reads back to the same tree. */
import { stringify } from 'yaml';

export interface DrillTree {
  readonly name: string;
  readonly title: string;
  readonly world: Readonly<Record<string, unknown>>;
  readonly events: readonly unknown[];
  readonly expect: readonly unknown[];
}

/** Texts are quoted where YAML 1.2, or the 1.1 that editors still follow, would read them as something else. */
const OPTIONS = { version: '1.2', compat: 'yaml-1.1', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false } as const;

/** With its constant head; the world, events and expectations in the order in which they are given. */
export function drillTree({ name, title, world, events, expect }: DrillTree): Readonly<Record<string, unknown>> {
  return { apiVersion: 'glidepath.dev/v1', kind: 'Drill', metadata: { name, title }, world, events, expect };
}

export function writeDrill(drill: DrillTree): string {
  return stringify(drillTree(drill), OPTIONS);
}
