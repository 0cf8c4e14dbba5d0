import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@glidepath/core';
import { afterAll, describe, expect, it } from 'vitest';
import { saveInventory } from './save.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-save-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const save = (folder: string) => saveInventory([], folder, instant(0), false);

describe('saveInventory', () => {
  it('makes the folders that are missing', async () => {
    expect(await save(join(home, 'a/b/c'))).toMatchObject({ file: join(home, 'a/b/c/discovered.yaml'), movedTo: null });
  });

  it('says that it cannot, where no folder can be made', async () => {
    writeFileSync(join(home, 'file'), '');
    // Below /proc a parent exists and nothing can be made in it: whoever tries again for ever never ends.
    for (const folder of [join(home, 'file/below'), ...(process.platform === 'linux' ? ['/proc/glidepath/inventory'] : [])])
      await expect(save(folder)).rejects.toThrow(/cannot be written/);
  });
});
