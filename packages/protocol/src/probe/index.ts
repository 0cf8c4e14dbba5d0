/** What probes see, as it crosses a wire. */

export { type ProbeFailure, type ProbeJson, probeJson } from './probe-json.ts';
