/**
 * Whether a tree is an inventory document, and the values that it then says.
 *
 * As policies are checked: what JSON cannot say, the shape of each place, the rules between places; everything at once, one
 * mistake one violation. Names of probes, teams and policies are not looked up here: they may stand in other files.
 */
import { VIOLATIONS_MAX } from '../policy/check-policy.ts';
import { notJson } from '../policy/json-tree.ts';
import { nearest } from '../policy/nearest.ts';
import type { Remark, Violation } from '../policy/policy.ts';
import { child, mappingAt, oneOfThese, type Place, refuseValue, shown } from '../policy/reading.ts';
import { wrongType } from '../policy/values.ts';
import { valueViolation } from '../policy/violation.ts';
import { channelOf, heldLicenseOf, probeOf } from './build.ts';
import { INVENTORY_KINDS, type InventoryDocument, type InventoryKind } from './document.ts';
import {
  channelListsTwice,
  datesOutOfOrder,
  heldLicenseListsTwice,
  heldLicenseRemarks,
  probeListsTwice,
  quorumAboveAgents,
} from './rules.ts';
import { SHAPES } from './shape.ts';

export interface CheckedInventory {
  /** Null when there are violations. */
  readonly document: InventoryDocument | null;
  readonly violations: readonly Violation[];
  readonly remarks: readonly Remark[];
}

/** Never throws, for any tree. `settings` of a probe are the tree's own object. */
export function checkInventory(tree: unknown): CheckedInventory {
  const flaws = notJson(tree);
  if (flaws.length > 0) return { document: null, violations: flaws, remarks: [] };
  const violations: Violation[] = [];
  const refuse = (violation: Violation): void => {
    if (violations.length < VIOLATIONS_MAX) violations.push(violation);
  };
  const place: Place = { value: tree, path: [], refuse };
  const kind = kindAt(place);
  const made = kind && MAKERS[kind](place);
  if (!made || violations.length > 0) return { document: null, violations, remarks: [] };
  const document = made();
  return { document, violations, remarks: document.kind === 'HeldLicense' ? [...heldLicenseRemarks(document)] : [] };
}

type Maker = (place: Place) => (() => InventoryDocument) | undefined;

/** Reads the shape, applies the rules, and gives what makes the document once nothing was refused. */
function maker<W>(
  read: (place: Place) => W | undefined,
  rules: readonly ((written: W) => Iterable<Violation>)[],
  make: (written: W) => InventoryDocument,
): Maker {
  return (place) => {
    const written = read(place);
    if (written === undefined) return undefined;
    for (const rule of rules) for (const violation of rule(written)) place.refuse(violation);
    return () => make(written);
  };
}

const MAKERS: Readonly<Record<InventoryKind, Maker>> = {
  HeldLicense: maker(SHAPES.HeldLicense, [datesOutOfOrder, heldLicenseListsTwice], heldLicenseOf),
  Probe: maker(SHAPES.Probe, [probeListsTwice, quorumAboveAgents], probeOf),
  Channel: maker(SHAPES.Channel, [channelListsTwice], channelOf),
};

/** A document of an unknown kind is judged no further: nothing is known about its keys. */
function kindAt(place: Place): InventoryKind | undefined {
  const tree = mappingAt(place);
  if (!tree) return undefined;
  if (!Object.hasOwn(tree, 'kind')) {
    place.refuse(valueViolation('missing-key', ['kind'], '`kind` is mandatory here', 'no such key', '`kind`'));
    return undefined;
  }
  const at = child(place, 'kind', tree.kind);
  if (typeof at.value !== 'string') return wrongType(at, oneOfThese(INVENTORY_KINDS));
  const known = INVENTORY_KINDS.find((kind) => kind === at.value);
  if (!known) {
    const message = `\`${shown(at.value)}\` is no kind of inventory document`;
    refuseValue(at, 'unsupported-kind', message, oneOfThese(INVENTORY_KINDS), nearest(at.value, INVENTORY_KINDS));
  }
  return known;
}
