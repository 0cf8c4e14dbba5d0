/**
 * Checks of decoded JSON by shape, small and without allocation while everything fits.
 *
 * A check looks only at what it names: claims that a newer server adds are ignored, claims of a wrong type are not. The
 * value itself is what callers go on with. JSON Schemas in `schemas/` say the same, and a property test compares them.
 */

/** Null when the value fits; else the place that does not, '' for the value itself. */
export type Check = (value: unknown) => string | null;

export const text: Check = (value) => (typeof value === 'string' ? null : '');
export const integer: Check = (value) => (Number.isSafeInteger(value) ? null : '');
export const natural: Check = (value) => (Number.isSafeInteger(value) && (value as number) >= 0 ? null : '');
export const boolean: Check = (value) => (typeof value === 'boolean' ? null : '');
/** A finite number that is not negative: uses and limits. */
export const amount: Check = (value) => (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY ? null : '');

export function oneOf(...words: readonly string[]): Check {
  return (value) => (words.includes(value as string) ? null : '');
}

export function orNull(check: Check): Check {
  return (value) => (value === null ? null : check(value));
}

export function list(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return '';
    for (let index = 0; index < value.length; index++) {
      const place = check(value[index]);
      if (place !== null) return join(String(index), place);
    }
    return null;
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function record(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return '';
    for (const name of Object.keys(value)) {
      const place = check(value[name]);
      if (place !== null) return join(name, place);
    }
    return null;
  };
}

/** An object with these fields; those in `optional` may be absent. Others are ignored. */
export function fields(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  const names = [...Object.keys(required), ...Object.keys(optional)];
  const checks = [...Object.values(required), ...Object.values(optional).map(orAbsent)];
  return (value) => {
    if (!isObject(value)) return '';
    for (let index = 0; index < names.length; index++) {
      const name = names[index] as string;
      const place = (checks[index] as Check)(value[name]);
      if (place !== null) return join(name, place);
    }
    return null;
  };
}

/** JSON has no undefined: a field that reads so is absent. */
function orAbsent(check: Check): Check {
  return (value) => (value === undefined ? null : check(value));
}

function join(name: string, place: string): string {
  return place === '' ? name : `${name}.${place}`;
}
