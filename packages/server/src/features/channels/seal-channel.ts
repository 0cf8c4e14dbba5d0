/** How the address and the secret of a channel lie in the store: sealed for that channel, useless in another one's place. */
import type { Channel } from '@glidepath/core';
import type { Seal } from '../../world.ts';

const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };
const purpose = (what: 'url' | 'secret', id: string) => `channel-${what}:${id}`;

export type SealedParts = Pick<Channel, 'sealedUrl' | 'host' | 'sealedSecret'>;

export function sealChannel(seal: Seal, id: string, url: string, secret: string | null): SealedParts {
  return {
    sealedUrl: seal.seal(utf8.encode.encode(url), purpose('url', id)),
    host: new URL(url).host,
    sealedSecret: secret === null ? null : seal.seal(utf8.encode.encode(secret), purpose('secret', id)),
  };
}

/** Throws the Fault `seal-broken` when the sealing key is another one. */
export function openChannel(seal: Seal, { id, sealedUrl, sealedSecret }: Channel): { url: string; secret: string | null } {
  const open = (sealed: string, what: 'url' | 'secret') => utf8.decode.decode(seal.open(sealed, purpose(what, id)));
  return { url: open(sealedUrl, 'url'), secret: sealedSecret === null ? null : open(sealedSecret, 'secret') };
}
