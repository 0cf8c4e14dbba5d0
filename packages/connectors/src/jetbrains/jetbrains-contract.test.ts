import { connectorContract } from '../contract/test-contract.ts';
import { jetbrainsConnector } from './jetbrains-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(jetbrainsConnector, { cases: CASES, textual: false });
