/** The violations of inventory documents beside those that every document can have (`POLICY_VIOLATIONS`). */

/** Stable codes: references are written from this table, and scripts may switch on them. */
export const INVENTORY_VIOLATIONS = {
  'malformed-date': 'A value is no day such as `2027-03-31` and no instant such as `2027-03-31T12:00:00Z`.',
  'dates-out-of-order': 'A contract ends before its notice deadline, or running instances stop before it ends.',
  'malformed-currency': 'A currency is no code of ISO 4217 such as `EUR`.',
  'not-a-reference': 'A key or an address stands where only a reference to it may stand, such as `file:/etc/app/app.lic`.',
  'holds-a-secret': 'A value looks like a key, a token or a password itself; documents are kept in git and shown to many.',
  'quorum-above-agents': 'More agents must agree than run the probe.',
} as const;

export type InventoryViolationCode = keyof typeof INVENTORY_VIOLATIONS;

/** What is accepted and worth knowing all the same. */
export const INVENTORY_REMARKS = {
  'owners-missing': 'Nobody owns this licence, so nobody hears that it ends.',
  'owner-alone': 'One person is told; when that person is away or gone, nobody is.',
  'end-unknown': 'Neither a contract date nor a watched probe says when this licence ends.',
} as const;

export type InventoryRemarkCode = keyof typeof INVENTORY_REMARKS;
