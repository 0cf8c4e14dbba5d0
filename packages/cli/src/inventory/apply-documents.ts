/**
 * Sends documents to the control plane and shows the plan that it answers with.
 *
 * One request is one change, all or nothing. More documents than one request holds go in several, probes first: then each
 * request is all or nothing, and what was not sent is said.
 */
import type { Violation } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import { Failure, usage } from '../failure.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import type { Address } from './addresses.ts';

export interface PlannedChange {
  readonly action: 'create' | 'change' | 'remove' | 'none';
  readonly kind: string;
  readonly name: string;
  readonly changes: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
}

export interface Plan {
  readonly plan: readonly PlannedChange[];
  readonly applied: boolean;
}

export interface ToApply {
  /** Trees as they were written. */
  readonly documents: readonly { readonly tree: unknown; readonly document: { readonly kind: string } }[];
  readonly addresses: Readonly<Record<string, Address>>;
  readonly dryRun: boolean;
  readonly prune: boolean;
}

export type RemoteViolation = Violation & { readonly document: number };

/** What one request holds. */
const DOCUMENTS_MAX = 12_000;

export async function sendDocuments(api: Api, { documents, addresses, dryRun, prune }: ToApply): Promise<Plan> {
  const send = (trees: readonly unknown[]) => api.post<Plan>('/v1/inventory', { documents: trees, addresses, dryRun, prune });
  if (documents.length <= DOCUMENTS_MAX) return await send(documents.map(({ tree }) => tree));
  if (prune || dryRun)
    throw usage(`one request holds ${DOCUMENTS_MAX} documents, and these are ${documents.length}: --prune and --dry-run need them in one.`);
  const probesFirst = [...documents].sort((one, other) => Number(other.document.kind === 'Probe') - Number(one.document.kind === 'Probe'));
  const plan: PlannedChange[] = [];
  for (let from = 0; from < probesFirst.length; from += DOCUMENTS_MAX)
    plan.push(...(await send(probesFirst.slice(from, from + DOCUMENTS_MAX).map(({ tree }) => tree))).plan);
  return { plan, applied: true };
}

/** What the control plane found wrong with documents that are sound by themselves; null for any other failure. */
export function violationsOf(error: unknown): readonly RemoteViolation[] | null {
  if (!(error instanceof Failure) || error.detail.code !== 'inventory-invalid') return null;
  const { violations } = (error.detail.facts?.problem ?? {}) as { readonly violations?: readonly RemoteViolation[] };
  return violations !== undefined && violations.length > 0 ? violations : null;
}

const MARKS = { create: '+', change: '~', remove: '-' } as const;

/** `+ create`, `~ change` with from → to, `- remove`, aligned; what stays the same is counted. */
export function planLines(plan: readonly PlannedChange[], paint: Paint): readonly Sayable[] {
  const colours = { create: paint.good, change: paint.warn, remove: paint.bad };
  const moved = plan.filter(({ action }) => action !== 'none');
  const heads = table(
    moved.map(({ action, kind, name }) => {
      const what = action === 'none' ? 'change' : action;
      return [colours[what](`${MARKS[what]} ${what}`), kind, name];
    }),
  );
  const lines = moved.flatMap(({ action, changes }, at): readonly Sayable[] => [
    heads[at] ?? '',
    ...(action === 'change'
      ? table(
          changes.map(({ field, from, to }) => [paint.dim(field), text`${said(from)} → ${said(to)}`]),
          { indent: 4 },
        )
      : []),
  ]);
  return [...lines, summary(plan)];
}

function summary(plan: readonly PlannedChange[]): Sayable {
  const count = (action: PlannedChange['action']) => plan.filter((each) => each.action === action).length;
  return text`${count('create')} to create, ${count('change')} to change, ${count('remove')} to remove, ${count('none')} unchanged`;
}

const SAID_MAX = 60;

function said(value: unknown): string {
  if (value === null || value === undefined) return '(none)';
  const words = typeof value === 'string' ? value : JSON.stringify(value);
  return words.length > SAID_MAX ? `${words.slice(0, SAID_MAX - 1)}…` : words;
}
