/** Tells by name which files are worth a look, and by content what they are. Nothing is parsed here. */
import { extname } from 'node:path';
import { findTokens } from '../jwt/compact.ts';

export type ContentKind = 'keygen' | 'x509' | 'flexlm' | 'rlm-file' | 'hashicorp' | 'jwt';

/** Names that say "licence" or "certificate": looked into whole, and reported when nothing is in them. */
const LICENSE_NAME = /\.(?:lic|license|licence|dat|hclic|jwt)$/i;
const CERTIFICATE_NAME = /\.(?:pem|crt|cer|cert|der|p12|pfx|jks|keystore)$/i;
/** Text that may hold one: looked at for a mark, and passed over silently when there is none. */
const TEXT_NAME = /\.(?:json|ya?ml|txt|text|env|conf|cfg|cnf|config|ini|toml|properties|xml|token|secret|asc)$/i;

export type NameKind = 'license' | 'certificate' | 'text' | null;

export function kindOfName(name: string): NameKind {
  if (LICENSE_NAME.test(name) || /licen[cs]e/i.test(name))
    return /\.(?:md|html?|[cm]?[jt]sx?|py|go|rs|java|c|h|cpp|so|o|a|exe|dll)$/i.test(name) ? null : 'license';
  if (CERTIFICATE_NAME.test(name)) return 'certificate';
  if (TEXT_NAME.test(name) || extname(name) === '') return 'text';
  return null;
}

const CERTIFICATE_MARK = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;
const KEYGEN_MARK = /-----BEGIN (?:LICENSE|MACHINE) FILE-----/;
/** Feature, vendor daemon, version, date, count. */
const FLEXLM_MARK =
  /^[ \t]*(?:INCREMENT|FEATURE)[ \t]+[^\s={}]+[ \t]+[^\s={}]+[ \t]+[^\s={}]+[ \t]+(?:permanent|\d{1,2}-[A-Za-z]{3}-\d{1,4}|0)[ \t\\\r\n]/m;
const RLM_MARK = /^[ \t]*LICENSE[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+(?:permanent|\d{1,2}-[A-Za-z]{3}-\d{4})[ \t]+\S/m;
/** Every HashiCorp licence is one word that begins with the same encoded header. */
const HASHICORP_MARK = /^\s*0[1-9]MV4UU43BK5[A-Z0-9]{40,}/;

/** Null: none of the marks. A file may hold several kinds; the most particular one counts. */
export function kindOfContent(head: Uint8Array, name: string): ContentKind | null {
  if (head[0] === 0x30 && (CERTIFICATE_NAME.test(name) || (head[1] ?? 0) > 0x80)) return 'x509';
  // Characters do not matter to marks, and this never fails.
  const text = Buffer.from(head).toString('latin1');
  if (KEYGEN_MARK.test(text)) return 'keygen';
  if (FLEXLM_MARK.test(text)) return 'flexlm';
  if (RLM_MARK.test(text)) return 'rlm-file';
  if (HASHICORP_MARK.test(text)) return 'hashicorp';
  if (CERTIFICATE_MARK.test(text)) return 'x509';
  return text.includes('.') && findTokens(text).tokens.length > 0 ? 'jwt' : null;
}
