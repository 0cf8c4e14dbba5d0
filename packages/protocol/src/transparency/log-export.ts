/** What a check of the whole log reads, item by item, as `GET /v1/log/export` gives it and a file keeps it. */
import type { AuditEntry, Instant } from '@glidepath/core';
import type { KeySetBundle } from '../keys/key-set.ts';

/** In the order in which a check wants them: keys first, then what the log speaks of, then the log. */
export const LOG_PARTS = ['environments', 'key-sets', 'policies', 'pointers', 'licenses', 'batches'] as const;
export type LogPart = (typeof LOG_PARTS)[number];

export interface ExportedItems {
  readonly environments: {
    readonly id: string;
    readonly name: string;
    readonly issuer: string;
    readonly roots: readonly { readonly x: string; readonly number: number }[];
    readonly keySet: KeySetBundle | null;
    /** Of the log as it was at the export, signed for this environment; null: nothing was sealed. */
    readonly head: string | null;
  };
  readonly 'key-sets': { readonly environment: string; readonly version: number; readonly document: string };
  readonly policies: {
    readonly id: string;
    readonly digest: string;
    readonly name: string;
    readonly source: string;
    readonly tree: unknown;
    readonly createdAt: Instant;
    readonly createdBy: string;
  };
  readonly pointers: { readonly id: string; readonly name: string; readonly digest: string; readonly setAt: Instant };
  readonly licenses: {
    readonly id: string;
    readonly status: string;
    readonly statusAt: Instant;
    readonly statusReason: string | null;
    readonly createdAt: Instant;
  };
  readonly batches: {
    readonly first: number;
    readonly size: number;
    readonly root: string;
    readonly leaves: string;
    readonly sealedAt: Instant;
    readonly incarnation: number;
    readonly head: string;
    readonly ids: readonly string[];
    /** As they are stored now; null: gone. */
    readonly entries: readonly (AuditEntry | null)[];
  };
}

/** One line of an export. `asOf`: when the page that it was on was read. */
export type ExportedLine = {
  [Part in LogPart]: { readonly part: Part; readonly asOf: Instant; readonly item: ExportedItems[Part] };
}[LogPart];
