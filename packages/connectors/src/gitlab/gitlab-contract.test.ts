import { connectorContract } from '../contract/test-contract.ts';
import { gitlabConnector } from './gitlab-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(gitlabConnector, { cases: CASES, textual: false });
