/** The store's executable contract, sample records, and stores that break one promise each. */
export * from './clause.ts';
export * from './planted.ts';
export * from './sample-records.ts';
export * from './store-contract.ts';
