/** The only outbound connections of control plane and agents, with their refusals. */
export { type AddressVerdict, judgeAddress, type Network, parseNetwork } from './addresses.ts';
export { createEgress, type EgressOptions } from './create-egress.ts';
export type { ResolveName } from './resolve-name.ts';
