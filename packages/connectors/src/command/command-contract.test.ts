import { connectorContract } from '../contract/test-contract.ts';
import { CASES } from '../json/test-cases.ts';
import { commandConnectorOver } from './command-connector.ts';

connectorContract(
  commandConnectorOver(() => null),
  { cases: CASES, textual: false, inputs: 1_000 },
);
