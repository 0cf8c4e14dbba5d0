/** Which vendor's server a probe asks, so that no server is asked by two at once or oftener than it bears. */
import type { Connector } from '@glidepath/core';

/** Settings of type `text` that name a server, by convention of the connectors. */
const SERVER_NAMES = new Set(['endpoint', 'server', 'host', 'address']);

/** Null: it asks none (a file); such probes wait for nobody. */
export function serverKeyOf({ settings: rules }: Connector, settings: Readonly<Record<string, unknown>>): string | null {
  for (const { name, type } of rules) {
    const value = settings[name];
    if (typeof value !== 'string' || value === '') continue;
    // What the command asks stands in the agent's own file: one that runs is left to end before it is run again.
    if (type === 'command') return `command ${value}`;
    if (type === 'url') return URL.parse(value)?.hostname.toLowerCase() ?? value;
    if (type === 'text' && SERVER_NAMES.has(name)) return hostOf(value);
  }
  return null;
}

function hostOf(endpoint: string): string {
  return endpoint
    .replace(/:[0-9]{1,5}$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
}
