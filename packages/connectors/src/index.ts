/** Every connector there is; `glidepath probe KIND`, agents and the contract suite range over this list. */
import type { Connector } from '@glidepath/core';
import { x509Connector } from './x509/x509-connector.ts';

/** License servers and their files first, then certificates and keys, then APIs. */
export const CONNECTORS: readonly Connector[] = [x509Connector];

/** The connector of a kind; null: there is none of that name. */
export function connectorNamed(kind: string): Connector | null {
  return CONNECTORS.find((connector) => connector.kind === kind) ?? null;
}
