/** Every connector there is; `glidepath probe KIND`, agents and the contract suite range over this list. */
import type { Connector } from '@glidepath/core';

export const CONNECTORS: readonly Connector[] = [];

/** The connector of a kind; null: there is none of that name. */
export function connectorNamed(kind: string): Connector | null {
  return CONNECTORS.find((connector) => connector.kind === kind) ?? null;
}
