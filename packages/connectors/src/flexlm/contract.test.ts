import { connectorContract } from '../contract/test-contract.ts';
import { flexlmConnector } from './flexlm-connector.ts';
import { CASES, WORDS } from './test-cases.ts';

connectorContract(flexlmConnector, { cases: CASES, words: WORDS });
