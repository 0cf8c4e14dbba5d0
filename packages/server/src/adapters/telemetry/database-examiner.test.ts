import { describe, expect, it } from 'vitest';
import { type DatabaseFacts, findingsOf } from './database-examiner.ts';

const SOUND: DatabaseFacts = {
  settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', server_version_num: '180001', ssl: 'off' },
  schemaVersion: 3,
  isStandby: false,
};
const settings = (over: Record<string, string>) => ({ settings: { ...SOUND.settings, ...over } });

describe('database', () => {
  it('that is sound has no findings', () => {
    expect(findingsOf(SOUND, 3)).toEqual([]);
  });

  it.each([
    ['without fsync', settings({ fsync: 'off' }), 'database-fsync-off', false],
    ['without full page writes', settings({ full_page_writes: 'off' }), 'database-full-page-writes-off', false],
    ['that acknowledges before it is safe', settings({ synchronous_commit: 'off' }), 'database-synchronous-commit-off', false],
    ['that is too old', settings({ server_version_num: '140009' }), 'database-old', false],
    ['with an older schema', { schemaVersion: 2 }, 'schema-behind', true],
    ['with a newer schema', { schemaVersion: 4 }, 'schema-ahead', false],
    ['that is a standby', { isStandby: true }, 'database-standby', true],
  ])('%s is found', (_what, over, code, blocksReadiness) => {
    expect(findingsOf({ ...SOUND, ...over }, 3)).toMatchObject([{ code, blocksReadiness, mend: expect.any(String) }]);
  });
});
