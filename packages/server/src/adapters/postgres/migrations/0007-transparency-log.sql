-- The transparency log: audit entries in the order in which they were sealed, and what proves that none has changed.

-- In which transaction an entry was written. All that were written before the oldest transaction that still runs can be
-- seen, and none can come between them any more: so the sealer finds each entry once, however late its commit. A number of
-- this database's own, which no backup carries. Entries from before it are of no running transaction.
alter table glidepath.audit add column written_in xid8 not null default '0';
alter table glidepath.audit alter column written_in set default pg_current_xact_id();
comment on column glidepath.audit.written_in is 'The transaction that wrote it: how the sealer of the log knows what it has not seen.';
create index audit_by_transaction on glidepath.audit (written_in);

create table glidepath.log_batch (
  id glidepath.label primary key,
  first glidepath.whole not null,
  size glidepath.whole not null,
  root glidepath.label not null,
  entries text[] not null,
  leaves text not null,
  cursor glidepath.label not null,
  sealed_at glidepath.instant not null,
  incarnation glidepath.whole not null,
  head text not null
);
comment on table glidepath.log_batch is 'Leaves that were added to the log together, and its signed head then. Append-only.';

create table glidepath.log_tile (
  id glidepath.label primary key,
  hashes text not null
);
comment on table glidepath.log_tile is 'Hashes of the log by level, 32 side by side, from which proofs are made. Append-only.';

create trigger append_only before update or delete or truncate on glidepath.log_batch
  for each statement execute function glidepath.refuse_change();

create trigger append_only before update or delete or truncate on glidepath.log_tile
  for each statement execute function glidepath.refuse_change();
