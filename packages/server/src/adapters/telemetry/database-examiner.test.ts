import { describe, expect, it } from 'vitest';
import { type DatabaseFacts, findingsOf } from './database-examiner.ts';

const SOUND: DatabaseFacts = {
  settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', server_version_num: '180001', ssl: 'off' },
  schemaVersion: 3,
  isStandby: false,
  standbys: [],
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
    [
      'with a standby that nobody waits for',
      { standbys: ['async'], ...settings({ synchronous_standby_names: '' }) },
      'database-standby-asynchronous',
      false,
    ],
    [
      'with other standbys than it waits for',
      { standbys: ['async', 'potential'], ...settings({ synchronous_standby_names: 'gone' }) },
      'database-standby-asynchronous',
      false,
    ],
    ['whose standbys nobody may see and none is named', { standbys: [null] }, 'database-standby-asynchronous', false],
    [
      'that waits for its own disk alone, with standbys',
      { standbys: ['sync'], ...settings({ synchronous_commit: 'local', synchronous_standby_names: '*' }) },
      'database-synchronous-commit-local',
      false,
    ],
    ['that is a standby', { isStandby: true }, 'database-standby', true],
  ])('%s is found', (_what, over, code, blocksReadiness) => {
    expect(findingsOf({ ...SOUND, ...over }, 3)).toMatchObject([{ code, blocksReadiness, mend: expect.any(String) }]);
  });

  it.each([
    ['is waited for', { standbys: ['async', 'quorum'], ...settings({ synchronous_standby_names: 'ANY 1 (*)' }) }],
    ['is named and cannot be seen', { standbys: [null], ...settings({ synchronous_standby_names: 'a' }) }],
    ['does not exist', { standbys: [], ...settings({ synchronous_commit: 'local' }) }],
  ])('with a standby that %s has no findings', (_what, over) => {
    expect(findingsOf({ ...SOUND, ...over }, 3)).toEqual([]);
  });

  it('says what a failover loses and what to set', () => {
    const [found] = findingsOf({ ...SOUND, standbys: ['async', 'async'] }, 3);
    expect(found).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/^2 standbys are attached.*a failover can lose leases and usage that were acknowledged/),
      mend: expect.stringContaining('synchronous_standby_names'),
    });
  });
});
