import { connectorContract } from '../contract/test-contract.ts';
import { CASES } from './test-cases.ts';
import { vaultConnector } from './vault-connector.ts';

connectorContract(vaultConnector, { cases: CASES });
