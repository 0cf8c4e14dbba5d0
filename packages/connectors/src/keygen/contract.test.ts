import { connectorContract } from '../contract/test-contract.ts';
import { keygenConnector } from './keygen-connector.ts';
import { CASES, WORDS } from './test-cases.ts';

connectorContract(keygenConnector, { cases: CASES, words: WORDS, textual: false });
