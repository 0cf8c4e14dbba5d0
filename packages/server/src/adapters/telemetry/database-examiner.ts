/**
 * Looks at the database itself: settings under which an acknowledged lease could be lost, and a schema that is not this
 * release's. On a connection of its own, so that a full pool is no reason to know nothing; asked again after 15 s at the soonest.
 */
import { type Instant, SECOND } from '@glidepath/core';
import type { Examiner, Finding } from '../../findings.ts';
import { askApart } from '../postgres/ask-apart.ts';

export interface DatabaseFacts {
  /** As `pg_settings` has them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Migrations that the database has. */
  readonly schemaVersion: number;
  readonly isStandby: boolean;
  /** How each standby that is attached is waited for, as `pg_stat_replication` says; null: this role may not see it. */
  readonly standbys: readonly (string | null)[];
}

const ASK_AGAIN_MS = 15 * SECOND;
/** `server_version_num` of the oldest that the statements are tested with. */
const OLDEST = 150_000;

/** `schemaVersion`: of the migrations that this release ships. */
export function databaseExaminer(options: { readonly connectionString: string; readonly schemaVersion: number }): Examiner {
  let last: { readonly at: Instant; readonly findings: readonly Finding[] } | null = null;
  return {
    name: 'database',
    forReadiness: true,
    async examine(now) {
      if (last !== null && now < last.at + ASK_AGAIN_MS) return last.findings;
      const findings = findingsOf(await readFacts(options.connectionString), options.schemaVersion);
      last = { at: now, findings };
      return findings;
    },
  };
}

function readFacts(connectionString: string): Promise<DatabaseFacts> {
  return askApart(connectionString, async (ask) => {
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'server_version_num', 'ssl', 'synchronous_standby_names'];
    const settings = await ask<{ name: string; setting: string }>('select name, setting from pg_settings where name = any($1)', [names]);
    const [row] = await ask<{ version: number | null; standby: boolean }>(
      'select (select max(version) from glidepath.migration) as version, pg_is_in_recovery() as standby',
    );
    // A base backup in progress reads the log too, and is no standby.
    const standbys = await ask<{ sync_state: string | null }>(
      `select sync_state from pg_stat_replication where state is distinct from 'backup'`,
    );
    return {
      settings: Object.fromEntries(settings.map(({ name, setting }) => [name, setting])),
      schemaVersion: row?.version ?? 0,
      isStandby: row?.standby ?? false,
      standbys: standbys.map(({ sync_state: state }) => state),
    };
  });
}

const CLAIMS: Readonly<Record<string, string>> = {
  fsync: 'a crash of its machine can lose everything',
  full_page_writes: 'a crash of its machine can tear pages',
  synchronous_commit: 'a crash or a failover can lose leases and usage that were acknowledged',
};

export function findingsOf(facts: DatabaseFacts, shipped: number): readonly Finding[] {
  const { settings, schemaVersion, isStandby } = facts;
  const unsafe = Object.entries(CLAIMS)
    .filter(([name]) => settings[name] === 'off')
    .map(([name, then]) =>
      finding(
        `database-${name.replaceAll('_', '-')}-off`,
        'critical',
        false,
        `${name} is off in the database: ${then}.`,
        `alter system set ${name} = on`,
      ),
    );
  const version = Number(settings.server_version_num ?? OLDEST);
  const old =
    version < OLDEST ? [finding('database-old', 'warning', false, 'The database is older than PostgreSQL 15.', 'upgrade PostgreSQL')] : [];
  return [...unsafe, ...failoverFindings(facts), ...old, ...schemaFindings(schemaVersion, shipped), ...(isStandby ? [STANDBY] : [])];
}

/** With a standby, somebody means to fail over to it: then what it has not yet got is lost, though it was acknowledged. */
function failoverFindings({ settings, standbys }: DatabaseFacts): readonly Finding[] {
  const attached = standbys.length;
  if (attached === 0) return [];
  const count = attached === 1 ? 'One standby is' : `${attached} standbys are`;
  const loses = 'a failover can lose leases and usage that were acknowledged';
  if (settings.synchronous_commit === 'local')
    return [
      finding(
        'database-synchronous-commit-local',
        'critical',
        false,
        `${count} attached and synchronous_commit is local, which waits for none: ${loses}.`,
        'alter system set synchronous_commit = on',
      ),
    ];
  const isNamed = (settings.synchronous_standby_names ?? '') !== '';
  // Who may not see how they are waited for goes by the names alone.
  const isWaitedFor = standbys.some((state) => state === 'sync' || state === 'quorum' || state === null);
  if (isNamed && isWaitedFor) return [];
  const why = isNamed ? 'none of them is named in synchronous_standby_names' : 'synchronous_standby_names is empty';
  return [
    finding(
      'database-standby-asynchronous',
      'warning',
      false,
      `${count} attached, and ${why}: no commit waits for them, so that ${loses}.`,
      `alter system set synchronous_standby_names = 'ANY 1 (*)'; select pg_reload_conf()`,
    ),
  ];
}

function schemaFindings(found: number, shipped: number): readonly Finding[] {
  if (found < shipped) {
    const message = `The database has migration ${found}, this release needs ${shipped}; was an older backup restored?`;
    return [finding('schema-behind', 'critical', true, message, 'restart this node; it migrates when it starts')];
  }
  if (found === shipped) return [];
  const message = `The database has migration ${found}, newer than the ${shipped} of this release; a newer node runs beside this one.`;
  return [finding('schema-ahead', 'info', false, message, 'upgrade this node')];
}

const STANDBY = finding('database-standby', 'critical', true, 'The database is a standby and takes no writes.', 'connect to the primary');

function finding(code: string, severity: Finding['severity'], blocksReadiness: boolean, message: string, mend: string): Finding {
  return { code, severity, blocksReadiness, subject: 'database', message, mend };
}
