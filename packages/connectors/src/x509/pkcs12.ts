/**
 * Takes the certificates out of a PKCS#12 store. Private keys are decrypted in memory where they share a safe with
 * certificates, and never leave this file.
 *
 * How much work opening it takes is written in the file by whoever made it, so that it is looked at first.
 */
import forge from 'node-forge';

export type Pkcs12Reading =
  | { readonly ok: true; readonly certificates: readonly Uint8Array[]; readonly keys: number }
  | { readonly ok: false; readonly reason: 'not-pkcs12' | 'too-costly' | 'closed'; readonly message: string };

const { asn1, pkcs12, pki } = forge;

/** Rounds of a key derivation; what tools write lies between 1 and 600,000. */
const ROUNDS_MAX = 1_000_000;

export function readPkcs12(bytes: Uint8Array, password: string): Pkcs12Reading {
  let tree: forge.asn1.Asn1;
  try {
    tree = asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')), false);
  } catch {
    return { ok: false, reason: 'not-pkcs12', message: 'it is no DER' };
  }
  if (!looksLikePkcs12(tree)) return { ok: false, reason: 'not-pkcs12', message: 'it is no PKCS#12 store' };
  if (rounds(tree, 0) > ROUNDS_MAX) return { ok: false, reason: 'too-costly', message: `it asks for more than ${ROUNDS_MAX} rounds` };
  try {
    return opened(pkcs12.pkcs12FromAsn1(tree, false, password));
  } catch (error) {
    return { ok: false, reason: 'closed', message: error instanceof Error ? error.message : String(error) };
  }
}

function opened(store: forge.pkcs12.Pkcs12Pfx): Pkcs12Reading {
  const certificates: Uint8Array[] = [];
  let keys = 0;
  for (const { safeBags } of store.safeContents) {
    for (const bag of safeBags) {
      if (bag.type === pki.oids.keyBag || bag.type === pki.oids.pkcs8ShroudedKeyBag) keys += 1;
      if (bag.type !== pki.oids.certBag) continue;
      // The library decodes RSA certificates only and leaves the others as a tree.
      const tree = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
      certificates.push(Buffer.from(asn1.toDer(tree).getBytes(), 'binary'));
    }
  }
  return { ok: true, certificates, keys };
}

/** PFX: version 3, then the content that is authenticated. */
export function looksLikePkcs12(tree: forge.asn1.Asn1): boolean {
  const parts = tree.value;
  if (!Array.isArray(parts) || parts.length < 2) return false;
  const [version, content] = parts;
  return version?.type === asn1.Type.INTEGER && version.value === '\x03' && Array.isArray(content?.value);
}

/** The greatest whole number outside of encrypted parts: a bound for every round count. Safes are octets that hold DER. */
function rounds(tree: forge.asn1.Asn1, depth: number): number {
  const { type, tagClass } = tree;
  const value = type === asn1.Type.OCTETSTRING ? joined(tree) : tree.value;
  if (Array.isArray(value)) return value.reduce((most, part) => Math.max(most, rounds(part, depth)), 0);
  if (tagClass !== asn1.Class.UNIVERSAL || typeof value !== 'string') return 0;
  if (type === asn1.Type.INTEGER)
    return value.length > 6 ? Number.POSITIVE_INFINITY : Number.parseInt(Buffer.from(value, 'binary').toString('hex') || '0', 16);
  if (type !== asn1.Type.OCTETSTRING || depth >= 2 || value.charCodeAt(0) !== 0x30) return 0;
  try {
    return rounds(asn1.fromDer(forge.util.createBuffer(value), false), depth + 1);
  } catch {
    return 0;
  }
}

/** BER may cut octets into pieces. */
function joined({ value }: forge.asn1.Asn1): string {
  return Array.isArray(value) ? value.map(joined).join('') : String(value);
}
