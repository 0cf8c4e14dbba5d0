/** How this package names a text by its content. */
import type { Crypto } from './crypto.ts';
import { encodeBase64Url } from './words/base64url.ts';

const utf8 = new TextEncoder();

/** base64url SHA-256 of the text in UTF-8. */
export function hashText(text: string, crypto: Pick<Crypto, 'sha256'>): string {
  return encodeBase64Url(crypto.sha256(utf8.encode(text)));
}
