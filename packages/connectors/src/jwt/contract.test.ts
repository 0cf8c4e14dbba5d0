import { connectorContract } from '../contract/test-contract.ts';
import { jwtConnector } from './jwt-connector.ts';
import { CASES, WORDS } from './test-cases.ts';

connectorContract(jwtConnector, { cases: CASES, words: WORDS, textual: false });
