/**
 * Checks of decoded JSON by shape, small and without allocation while everything fits.
 *
 * A check looks only at what it names: claims that a newer server adds are ignored, claims of a wrong type are not. The
 * value itself is what callers go on with. JSON Schemas in `schemas/` say the same, and a property test compares them.
 */

/** Null when the value fits; else the place that does not, '' for the value itself. */
export type Check = (value: unknown) => string | null;

function when(fits: (value: unknown) => boolean): Check {
  return (value) => (fits(value) ? null : '');
}

export const text = when((value) => typeof value === 'string');
export const integer = when((value) => Number.isSafeInteger(value));
export const natural = when((value) => Number.isSafeInteger(value) && (value as number) >= 0);
/** A finite number that is not negative: uses and limits. */
export const amount = when((value) => typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY);

export function oneOf(...words: readonly string[]): Check {
  return when((value) => words.includes(value as string));
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

function isObject(value: unknown): value is Record<string, unknown> {
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
  const must = Object.entries(required);
  const may = Object.entries(optional);
  return (value) => {
    if (!isObject(value)) return '';
    for (const [name, check] of must) {
      const place = Object.hasOwn(value, name) ? check(value[name]) : '';
      if (place !== null) return join(name, place);
    }
    for (const [name, check] of may) {
      const place = Object.hasOwn(value, name) ? check(value[name]) : null;
      if (place !== null) return join(name, place);
    }
    return null;
  };
}

function join(name: string, place: string): string {
  return place === '' ? name : `${name}.${place}`;
}
