/** Every connector there is; `glidepath probe KIND`, agents and the contract suite range over this list. */
import type { Connector } from '@glidepath/core';
import { flexlmConnector } from './flexlm/flexlm-connector.ts';
import { jwtConnector } from './jwt/jwt-connector.ts';
import { keygenConnector } from './keygen/keygen-connector.ts';
import { x509Connector } from './x509/x509-connector.ts';

/** License servers and their files first, then certificates and keys, then APIs. */
export const CONNECTORS: readonly Connector[] = [flexlmConnector, x509Connector, jwtConnector, keygenConnector];

/** The connector of a kind; null: there is none of that name. */
export function connectorNamed(kind: string): Connector | null {
  return CONNECTORS.find((connector) => connector.kind === kind) ?? null;
}
