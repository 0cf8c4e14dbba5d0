import { connectorContract } from '../contract/test-contract.ts';
import { githubEnterpriseConnector } from './github-enterprise-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(githubEnterpriseConnector, { cases: CASES, textual: false });
