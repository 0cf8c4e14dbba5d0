/** One thing that is not as the log says. */
export interface LogFinding {
  readonly kind: 'keys' | 'head' | 'entry' | 'order' | 'root' | 'policy' | 'pointer' | 'license' | 'history' | 'malformed';
  /** What of: an id, a digest, a position. */
  readonly subject: string;
  /** Indicative, to be read by a person. */
  readonly sentence: string;
}

/** Takes note of one. */
export type Find = (kind: LogFinding['kind'], subject: string, sentence: string) => void;
