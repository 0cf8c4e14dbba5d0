import { connectorContract } from '../contract/test-contract.ts';
import { jsonConnector } from './json-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(jsonConnector, { cases: CASES, textual: false });
