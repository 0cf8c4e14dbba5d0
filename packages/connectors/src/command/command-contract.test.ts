import { connectorContract } from '../contract/test-contract.ts';
import { CASES } from '../json/test-cases.ts';
import { commandConnector } from './command-connector.ts';

connectorContract(commandConnector, { cases: CASES, textual: false, inputs: 1_000 });
