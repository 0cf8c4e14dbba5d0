/**
 * The store's contract as data: each clause is one promise with its check, so that a suite can run them against a store
 * and the contract's own test can see each of them fail.
 */
import type { ChangeSet, Store, TableName, Tables } from '@glidepath/core';
import { expect } from 'vitest';
import { foundation } from './sample-records.ts';

/** An empty store, and a second handle on the same data, as a second node has. */
export interface ContractStore {
  readonly store: Store;
  readonly other: Store;
}

export interface Clause {
  /** What the promise is about; clauses are grouped by it. */
  readonly noun: string;
  /** A sentence in the present. */
  readonly promise: string;
  check(given: ContractStore): Promise<void>;
}

/** Commits what must succeed for the check to mean anything. */
export async function put(store: Store, change: ChangeSet): Promise<void> {
  expect(await store.commit(change)).toEqual({ ok: true });
}

export async function putFoundation(store: Store): Promise<void> {
  await put(store, foundation());
}

export async function idsOf<T extends TableName>(found: Promise<readonly Tables[T][]>): Promise<readonly string[]> {
  return (await found).map(({ id }) => id);
}

/** The whole content of the tables named, to see that a refusal wrote nothing. */
export async function contentOf(store: Store, ...tables: readonly TableName[]): Promise<unknown> {
  return await Promise.all(tables.map((table) => store.find(table, {}, { limit: 1_000 })));
}

/** The Fault or Bug that a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<{ name: string; code?: string; retryable?: boolean }> {
  try {
    await promise;
  } catch (error) {
    return error as { name: string; code?: string; retryable?: boolean };
  }
  return { name: 'nothing was thrown' };
}
