import { connectorContract } from '../contract/test-contract.ts';
import { consulConnector } from './consul-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(consulConnector, { cases: CASES });
