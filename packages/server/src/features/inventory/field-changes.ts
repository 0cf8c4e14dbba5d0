/** What differs between two trees, field by field, as an applied document and the next one differ. */

export interface FieldChange {
  /** Keys joined by dots. */
  readonly field: string;
  /** Null: was not there. */
  readonly from: unknown;
  /** Null: is gone. */
  readonly to: unknown;
}

/** Mappings are compared key by key; a list is one value: an element has no name by which it could be followed. */
export function fieldChanges(before: unknown, after: unknown, path = ''): readonly FieldChange[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => fieldChanges(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  return isSame(before, after) ? [] : [{ field: path, from: before ?? null, to: after ?? null }];
}

/** Whatever the order of keys; absent is null. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  if (isMapping(a) && isMapping(b)) return fieldChanges(a, b).length === 0;
  return (a ?? null) === (b ?? null);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
