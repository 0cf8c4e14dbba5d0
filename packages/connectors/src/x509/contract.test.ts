import { connectorContract } from '../contract/test-contract.ts';
import { CASES, WORDS } from './test-cases.ts';
import { x509Connector } from './x509-connector.ts';

connectorContract(x509Connector, { cases: CASES, words: WORDS, textual: false });
