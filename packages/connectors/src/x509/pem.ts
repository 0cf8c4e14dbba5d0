/** Finds the blocks of a PEM file, and where each begins. Text between blocks is allowed to say anything (RFC 7468). */
import type { TextLine } from '../text/index.ts';

export interface PemBlock {
  /** Such as `CERTIFICATE`. */
  readonly label: string;
  /** The line of its BEGIN. */
  readonly begins: TextLine;
  /** Null: it has no END, or is no base64. */
  readonly bytes: Uint8Array | null;
}

const BEGIN = /^\s*-----BEGIN ([A-Z0-9 ]{1,60})-----\s*$/;
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** Linear; headers inside a block (`Proc-Type: …`) make it one that cannot be read here. */
export function pemBlocks(lines: readonly TextLine[]): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly begins: TextLine; readonly body: string[] } | null = null;
  for (const line of lines) {
    const label = BEGIN.exec(line.text)?.[1];
    if (label !== undefined) {
      if (open !== null) blocks.push({ label: open.label, begins: open.begins, bytes: null });
      open = { label, begins: line, body: [] };
    } else if (open !== null && line.text.trim() === `-----END ${open.label}-----`) {
      blocks.push({ label: open.label, begins: open.begins, bytes: decoded(open.body.join('')) });
      open = null;
    } else if (open !== null) {
      open.body.push(line.text.trim());
    }
  }
  if (open !== null) blocks.push({ label: open.label, begins: open.begins, bytes: null });
  return blocks;
}

function decoded(body: string): Uint8Array | null {
  if (body === '' || !BASE64.test(body)) return null;
  return Buffer.from(body, 'base64');
}
