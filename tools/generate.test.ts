import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { PARTS } from './docs.ts';
import { committed, generated, leftovers } from './generate.ts';

/** Tables inside documents are compared in `docs.test.ts`. */
const inDocuments = new Set(PARTS.map(({ file }) => file));
const files = new Map([...generated()].filter(([path]) => !inDocuments.has(path)));
const schemas = [...files.keys()].filter((path) => path.endsWith('.schema.json'));

describe('generated files', () => {
  it.each([...files.keys()])('%s is committed as it is generated', (path) => {
    expect(committed(path), 'npm run generate writes it').toBe(files.get(path));
  });

  it('are all that lie in their folder', () => {
    expect(leftovers(files)).toEqual([]);
  });

  it('come out the same a second time', () => {
    for (const [path, content] of files) expect(generated().get(path)).toBe(content);
  });

  it.each(schemas)('%s is a JSON Schema under its own address', (path) => {
    const schema = JSON.parse(files.get(path) ?? '') as { $id: string };
    expect(schema.$id).toBe(`https://glidepath.dev/schemas/v1/${path.split('/').at(-1)}`);
    expect(new Ajv2020({ strict: true, allowUnionTypes: true }).validateSchema(schema)).toBe(true);
  });

  it('are more than a few', () => {
    expect(schemas.length).toBeGreaterThan(10);
  });
});
