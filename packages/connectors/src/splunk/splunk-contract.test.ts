import { connectorContract } from '../contract/test-contract.ts';
import { splunkConnector } from './splunk-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(splunkConnector, { cases: CASES, textual: false });
