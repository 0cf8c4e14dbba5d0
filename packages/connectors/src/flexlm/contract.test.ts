import { connectorContract } from '../contract/test-contract.ts';
import { flexlmConnector } from './flexlm-connector.ts';
import { CASES, WORDS } from './test-cases.ts';
import { GRAMMAR } from './test-grammar.ts';

connectorContract(flexlmConnector, { cases: CASES, words: WORDS, grammar: GRAMMAR });
