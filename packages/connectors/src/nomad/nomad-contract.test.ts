import { connectorContract } from '../contract/test-contract.ts';
import { nomadConnector } from './nomad-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(nomadConnector, { cases: CASES });
