/** Every connector there is; `glidepath probe KIND`, agents and the contract suite range over `CONNECTORS`. */
import type { Connector } from '@glidepath/core';
import { commandConnectorOver } from './command/command-connector.ts';
import { consulConnector } from './consul/consul-connector.ts';
import { dslsConnector } from './dsls/dsls-connector.ts';
import { elasticsearchConnector } from './elasticsearch/elasticsearch-connector.ts';
import { flexlmConnector } from './flexlm/flexlm-connector.ts';
import { githubEnterpriseConnector } from './github-enterprise/github-enterprise-connector.ts';
import { gitlabConnector } from './gitlab/gitlab-connector.ts';
import { jetbrainsConnector } from './jetbrains/jetbrains-connector.ts';
import { jsonConnector } from './json/json-connector.ts';
import { jwtConnector } from './jwt/jwt-connector.ts';
import { keygenConnector } from './keygen/keygen-connector.ts';
import { lmxConnector } from './lmx/lmx-connector.ts';
import { lsdynaConnector } from './lsdyna/lsdyna-connector.ts';
import { nomadConnector } from './nomad/nomad-connector.ts';
import { olicenseConnector } from './olicense/olicense-connector.ts';
import { prometheusConnector } from './prometheus/prometheus-connector.ts';
import { rlmConnector } from './rlm/rlm-connector.ts';
import { splunkConnector } from './splunk/splunk-connector.ts';
import { vaultConnector } from './vault/vault-connector.ts';
import { x509Connector } from './x509/x509-connector.ts';

/** License servers and their files first, then certificates and keys, then APIs. */
const READERS: readonly Connector[] = [
  flexlmConnector,
  rlmConnector,
  lmxConnector,
  dslsConnector,
  olicenseConnector,
  lsdynaConnector,
  x509Connector,
  jwtConnector,
  keygenConnector,
  vaultConnector,
  nomadConnector,
  consulConnector,
  elasticsearchConnector,
  gitlabConnector,
  githubEnterpriseConnector,
  jetbrainsConnector,
  splunkConnector,
  prometheusConnector,
  jsonConnector,
];

export const CONNECTORS: readonly Connector[] = [
  ...READERS,
  commandConnectorOver((kind) => READERS.find((each) => each.kind === kind) ?? null),
];

/** The connector of a kind; null: there is none of that name. */
export function connectorNamed(kind: string): Connector | null {
  return CONNECTORS.find((connector) => connector.kind === kind) ?? null;
}
