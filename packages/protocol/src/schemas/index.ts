/** All published JSON Schemas. With TypeBox, so not for clients. */
import { type TSchema, Type } from 'typebox';
import { DecisionSchema, GivenAnswerSchema } from './decision-schemas.ts';
import { DrillSchema } from './drill-schema.ts';
import { inventorySchema } from './inventory-schema.ts';
import { BundleSchema, KeySetKeySchema, KeySetSchema, RootSchema } from './key-schemas.ts';
import { policySchema } from './policy-schema.ts';
import { ProblemSchema } from './problem-schema.ts';
import { GrantSchema, LeaseSchema, ProofSchema, VerdictSchema } from './word-schemas.ts';

export { DecisionSchema, GivenAnswerSchema } from './decision-schemas.ts';
export { DrillSchema } from './drill-schema.ts';
export { inventorySchema } from './inventory-schema.ts';
export { BundleSchema, KeySetKeySchema, KeySetSchema, RootSchema } from './key-schemas.ts';
export { policySchema } from './policy-schema.ts';
export { ProblemSchema } from './problem-schema.ts';
export { GrantSchema, LeaseSchema, ProofSchema, VerdictSchema } from './word-schemas.ts';

/** By file name in `conformance/schemas`, without `.schema.json`. */
export const SCHEMAS: Readonly<Record<string, TSchema>> = {
  policy: Type.Unsafe(policySchema),
  inventory: Type.Unsafe(inventorySchema),
  drill: DrillSchema,
  decision: DecisionSchema,
  'given-answer': GivenAnswerSchema,
  lease: LeaseSchema,
  verdict: VerdictSchema,
  grant: GrantSchema,
  proof: ProofSchema,
  'key-set': KeySetSchema,
  'key-set-key': KeySetKeySchema,
  root: RootSchema,
  'key-set-bundle': BundleSchema,
  problem: ProblemSchema,
};
