import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { isPublicKey, thumbprint } from './thumbprint.ts';

describe('thumbprint', () => {
  it('is that of RFC 8037, appendix A.3', () => {
    expect(thumbprint('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', nodeCrypto)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('knows a public key by its form', () => {
    expect(isPublicKey('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(true);
    expect(isPublicKey('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp')).toBe(false);
    expect(isPublicKey('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR')).toBe(false);
    expect(isPublicKey(null)).toBe(false);
  });
});
