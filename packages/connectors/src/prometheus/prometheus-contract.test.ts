import { connectorContract } from '../contract/test-contract.ts';
import { prometheusConnector } from './prometheus-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(prometheusConnector, { cases: CASES, textual: false });
