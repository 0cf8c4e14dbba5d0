import { connectorContract } from '../contract/test-contract.ts';
import { elasticsearchConnector } from './elasticsearch-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(elasticsearchConnector, { cases: CASES, textual: false });
