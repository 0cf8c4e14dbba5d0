/** Rate limits and load shedding: what `up` wires, and what an HTTP adapter of its own routes asks. */

export { eventLoopDelay } from './event-loop-delay.ts';
export { createGate, type Entered, type Gate, type GateOptions, type LoopDelay } from './gate.ts';
export { type Caller, createLimiter, type Limiter } from './limiter.ts';
export { RATE_LIMITS, type RateLimits, readRateLimits } from './rate-limits.ts';
export type { Rate } from './token-buckets.ts';
