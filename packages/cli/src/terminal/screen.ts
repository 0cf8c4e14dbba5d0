/** Where a command prints: lines of safe text, coloured only when somebody looks at them. */
import { styleText } from 'node:util';
import { Safe, type Sayable, safe, safeJson } from './safe-text.ts';

export interface Screen {
  /** A line of the answer. */
  say(line?: Sayable): void;
  /** A line about the run: warnings, errors, hints. Never part of what a script reads. */
  remark(line?: Sayable): void;
  /** The answer as JSON, for programs. */
  json(value: unknown): void;
  /** An error as one line of JSON, for programs that asked for JSON. */
  jsonRemark(value: unknown): void;
  readonly paint: Paint;
}

export interface Paint {
  bold(value: Sayable): Safe;
  dim(value: Sayable): Safe;
  good(value: Sayable): Safe;
  warn(value: Sayable): Safe;
  bad(value: Sayable): Safe;
}

/** Node's own rules decide about colour: a terminal, and neither NO_COLOR nor a dumb TERM (FORCE_COLOR overrules). */
export function createScreen(out: NodeJS.WriteStream, err: NodeJS.WriteStream): Screen {
  const painted = (style: Parameters<typeof styleText>[0]) => (value: Sayable) =>
    new Safe(styleText(style, safe(value).text, { stream: out }));
  return {
    say: (line = '') => void out.write(`${safe(line).text}\n`),
    remark: (line = '') => void err.write(`${safe(line).text}\n`),
    json: (value) => void out.write(`${safeJson(value)}\n`),
    jsonRemark: (value) => void err.write(`${safeJson(value, 0)}\n`),
    paint: { bold: painted('bold'), dim: painted('gray'), good: painted('green'), warn: painted('yellow'), bad: painted('red') },
  };
}
