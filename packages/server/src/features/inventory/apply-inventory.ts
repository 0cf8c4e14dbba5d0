/**
 * Applies documents: checked again, planned, and written as one change, or not at all.
 *
 * One change holds 12,000 documents; more are refused, and sent as several requests, probes before the licenses that watch
 * them. The plan of a dry run is the plan of the run.
 */
import { type HeldLicenseDocument, invariant, type ProbeDocument } from '@glidepath/core';
import { INVENTORY_BYTES_MAX, InventoryPlan, InventoryRequest } from '@glidepath/protocol/http';
import { type Answer, answer, type Conflict, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { inTurns, runwayWrites, type WrittenHouse } from '../runways/held-runway.ts';
import { type Applying, startApplying } from './applying.ts';
import { type Address, applyChannel, isAddressNew, type PlannedChannel } from './channel-records.ts';
import { gatherInventory, type Inventory } from './gather.ts';
import {
  changeHeld,
  dropHeld,
  type HeldParts,
  holdLicense,
  type KnownHouse,
  knownHouse,
  type PlannedLicense,
  UNWATCHED_ISSUER,
} from './held-license.ts';
import { applyOwners, type Teams, teamNameOf } from './owners.ts';
import { type Planned, planInventory } from './plan.ts';
import { applyProbe } from './probe-records.ts';
import { type DocumentViolation, named, type ReadDocument, readDocuments } from './read-documents.ts';

type Addresses = Readonly<Record<string, Address>>;

const VIOLATIONS_SHOWN = 200;

export const applyInventory = defineCommand({
  name: 'inventory.apply',
  method: 'POST',
  path: '/v1/inventory',
  summary: 'Makes the inventory what the documents say, all or nothing; with `dryRun` only says what would change',
  auth: 'operator',
  body: InventoryRequest,
  bodyLimit: INVENTORY_BYTES_MAX,
  answers: { 200: InventoryPlan },
  async run(context) {
    const { documents: trees, addresses = {}, dryRun = false, prune = false } = context.body;
    const { documents, violations } = readDocuments(trees);
    if (violations.length > 0) return invalid(violations, trees.length);
    const applying = startApplying(context as Context);
    const inventory = await gatherInventory(context.store, context.environment.id);
    const planned = planInventory(documents, inventory, prune).map((each) => withAddress(applying, each, addresses));
    const strangers = unknownProbes(documents, inventory, planned);
    if (strangers.length > 0) return invalid(strangers, trees.length);
    const isChannelMoved = planned.some(({ kind, action }) => kind === 'Channel' && action !== 'none');
    if (isChannelMoved && !context.may('admin')) return refuse('forbidden', 'Changing where notices go needs the role admin.');
    const teams = await applyOwners(applying, planned, inventory);
    await carryOut(applying, planned, inventory, teams, addresses);
    if (applying.violations.length > 0) return invalid(applying.violations, trees.length);
    return await finish(applying, planned, dryRun);
  },
});

function invalid(violations: readonly DocumentViolation[], count: number): Refusal {
  const broken = new Set(violations.map(({ document }) => document)).size;
  const detail = `${broken} of ${count} documents break a rule; the first: ${violations[0]?.message ?? ''}`;
  return refuse('inventory-invalid', detail, { violations: violations.slice(0, VIOLATIONS_SHOWN) });
}

/** An address that moved is a change of a channel whose document is the same. */
function withAddress(applying: Applying, planned: Planned, addresses: Addresses): Planned {
  if (planned.kind !== 'Channel' || planned.next === null) return planned;
  if (!isAddressNew(applying, planned, addressOf(addresses, planned.name))) return planned;
  return {
    ...planned,
    action: 'change',
    changes: [...planned.changes, { field: 'address', from: planned.now?.host ?? null, to: 'another' }],
  };
}

/** Names are others': `constructor` is none of a plain object's keys. */
function addressOf(addresses: Addresses, name: string): Address | undefined {
  return Object.hasOwn(addresses, name) ? addresses[name] : undefined;
}

/** Watches that lead to no probe that there will be: a license that nobody sees, which is worse than one that is refused. */
function unknownProbes(
  documents: readonly ReadDocument[],
  { probes }: Inventory,
  planned: readonly Planned[],
): readonly DocumentViolation[] {
  const removed = new Set(planned.filter(({ kind, action }) => kind === 'Probe' && action === 'remove').map(({ name }) => name));
  const known = new Set([...probes.keys()].filter((name) => !removed.has(name)));
  for (const { document } of documents) if (document.kind === 'Probe') known.add(document.name);
  return documents.flatMap(({ document, at }) =>
    document.kind !== 'HeldLicense'
      ? []
      : document.watches.flatMap(({ probe }, index) =>
          known.has(probe) ? [] : [named(at, 'unknown-probe', ['spec', 'watch', index, 'probe'], `\`${probe}\``, 'the name of a probe')],
        ),
  );
}

async function carryOut(
  applying: Applying,
  planned: readonly Planned[],
  inventory: Inventory,
  teams: Teams,
  addresses: Addresses,
): Promise<void> {
  const issuers = issuersOf(planned, inventory);
  const houses = await knownHouses(applying, planned);
  const kept: WrittenHouse[] = [];
  for (const each of planned.filter(({ action }) => action !== 'none')) {
    if (each.kind === 'Probe') applyProbe(applying, each);
    else if (each.kind === 'Channel') await applyChannel(applying, each as PlannedChannel, addressOf(addresses, each.name), teams);
    else {
      const records = await applyLicense(applying, each, { teams, issuers, house: houses.get(each.name) });
      if (records !== null) kept.push(records);
    }
  }
  if (applying.violations.length === 0) applying.write(...(await runwayWrites(applying.context, kept)));
}

/** What is changed or removed, read some at a time. */
async function knownHouses({ context }: Applying, planned: readonly Planned[]): Promise<ReadonlyMap<string, KnownHouse>> {
  const known = planned.flatMap((each) => (each.kind === 'HeldLicense' && each.action !== 'none' && each.now !== null ? [each.now] : []));
  return new Map(await inTurns(known, async ({ id, name }) => [name, await knownHouse(context.store, id)] as const));
}

interface Around {
  readonly teams: Teams;
  readonly issuers: (document: HeldLicenseDocument) => string;
  /** Undefined: it is new. */
  readonly house: KnownHouse | undefined;
}

async function applyLicense(applying: Applying, planned: PlannedLicense, { teams, issuers, house }: Around): Promise<WrittenHouse | null> {
  const { next, name } = planned;
  if (next === null) {
    invariant(house !== undefined, 'what is removed was read');
    dropHeld(applying, planned, house);
    return null;
  }
  const team = teamNameOf(name, next.tree);
  const parts: HeldParts = { ownerTeam: team === null ? null : (teams.get(team) ?? null), issuer: issuers(next.document) };
  return house === undefined ? await holdLicense(applying, next, parts) : await changeHeld(applying, planned, next, parts, house);
}

/** The kind of the probe that a license watches first says who issues it. */
function issuersOf(planned: readonly Planned[], { probes }: Inventory): (document: HeldLicenseDocument) => string {
  const kinds = new Map([...probes.values()].map(({ name, kind }) => [name, kind]));
  for (const { kind, next } of planned) {
    if (kind === 'Probe' && next !== null) kinds.set(next.document.name, (next.document as ProbeDocument).probeKind);
  }
  return ({ watches: [first] }) => (first === undefined ? UNWATCHED_ISSUER : (kinds.get(first.probe) ?? UNWATCHED_ISSUER));
}

async function finish(applying: Applying, planned: readonly Planned[], dryRun: boolean): Promise<Answer | Conflict> {
  const { context, tell, change } = applying;
  const plan = planned.map(({ action, kind, name, changes }) => ({ action, kind, name, changes }));
  if (dryRun) return answer(200, { plan, applied: false });
  if (change().writes.length === 0) return answer(200, { plan, applied: true });
  const count = (action: Planned['action']) => planned.filter((each) => each.action === action).length;
  const facts = { created: count('create'), changed: count('change'), removed: count('remove'), same: count('none') };
  tell({ action: 'inventory.applied', subject: context.environment.id, facts });
  return await context.commit(change(), answer(200, { plan, applied: true }));
}
