-- The lease engine and the meter: seats by group, queues, quotas of reassignment, the offline budget, and usage as events.

-- A commit of many tells of everything in it that was stale, so that the rest can go again at once.
create or replace function glidepath.require_all(expected integer, places integer[]) returns void language plpgsql as $$
declare
  absent text;
begin
  if expected = cardinality(places) then
    return;
  end if;
  select string_agg(position::text, ',' order by position) into absent
    from generate_series(0, expected - 1) as position where position <> all (places);
  raise exception 'a record has changed' using errcode = 'GP001', detail = absent;
end
$$;
comment on function glidepath.require_all(integer, integer[]) is 'Refuses a commit of which an update or delete found no row; detail are the positions of all of them.';

alter table glidepath.license add column quarantined_at glidepath.instant;
comment on column glidepath.license.quarantined_at is 'A holder has shown a word that this store does not know of: restored from a backup, until somebody has looked.';

alter table glidepath.seat_state
  add column groups json not null default '{}',
  add column vacated glidepath.whole not null default 0,
  add column reassigned_at json not null default '[]';

alter table glidepath.lease
  add column seat_group glidepath.label,
  add column promised_until glidepath.instant not null default 0,
  add column is_shortened boolean not null default false,
  add column rebound_at json not null default '[]',
  drop constraint lease_state_check,
  add constraint lease_state_check check (state in ('granted', 'overage', 'queued', 'when-full', 'reaped', 'released', 'removed'));

-- Made again, so that it is younger than lease_by_license: while a table has no statistics both look alike to the planner,
-- which then takes the younger one, and only this one finds a holder among many.
alter table glidepath.lease
  drop constraint lease_license_holder_key,
  add constraint lease_license_holder_key unique (license, holder);

drop index glidepath.lease_waiting;
-- Who is next for a freed seat: overage holders by when they acquired, then queued and when-full ones by when they began to wait.
create index lease_waiting on glidepath.lease (
  license,
  (case state when 'overage' then 0 when 'queued' then 1 else 2 end),
  (case when state = 'overage' then acquired_at else waiting_since end),
  id
) where state in ('overage', 'queued', 'when-full');
-- Promises outstanding to holders that went silent.
create index lease_silent on glidepath.lease (license, promised_until) where state = 'reaped';

-- Leases that ended, to be forgotten when nothing is promised to them any more.
create index lease_ended on glidepath.lease (promised_until, id) where state in ('reaped', 'released');

-- A snapshot is a cache of events: what was there is made again.
drop table glidepath.meter_record;
create table glidepath.meter_record (
  id glidepath.label primary key,
  license glidepath.label not null references glidepath.license deferrable initially deferred,
  meter glidepath.label not null,
  aggregate glidepath.label not null check (aggregate in ('sum', 'max', 'last', 'unique')),
  window_start glidepath.instant not null,
  window_end glidepath.instant not null,
  used numeric(36, 6) not null check (used >= 0),
  as_of glidepath.instant not null,
  last_at glidepath.instant,
  last_key text collate "C",
  revision glidepath.whole not null,
  constraint meter_record_window_key unique (license, meter, aggregate, window_start, window_end)
);
create index meter_record_by_license on glidepath.meter_record (license, id);
create index meter_record_by_end on glidepath.meter_record (window_end);
comment on table glidepath.meter_record is 'Usage per license, meter and window: a cache of usage_event, which may be deleted at any time.';

create table glidepath.usage_event (
  license glidepath.label not null,
  source glidepath.label not null,
  event_id glidepath.label not null,
  meter glidepath.label not null,
  at glidepath.instant not null,
  received_at glidepath.instant not null,
  amount numeric(30, 6) not null check (amount >= 0),
  value glidepath.label,
  primary key (license, source, event_id)
) partition by hash (license);
comment on table glidepath.usage_event is 'Events of use that were accepted: the truth that every balance is folded from.';
create table glidepath.usage_event_0 partition of glidepath.usage_event for values with (modulus 8, remainder 0);
create table glidepath.usage_event_1 partition of glidepath.usage_event for values with (modulus 8, remainder 1);
create table glidepath.usage_event_2 partition of glidepath.usage_event for values with (modulus 8, remainder 2);
create table glidepath.usage_event_3 partition of glidepath.usage_event for values with (modulus 8, remainder 3);
create table glidepath.usage_event_4 partition of glidepath.usage_event for values with (modulus 8, remainder 4);
create table glidepath.usage_event_5 partition of glidepath.usage_event for values with (modulus 8, remainder 5);
create table glidepath.usage_event_6 partition of glidepath.usage_event for values with (modulus 8, remainder 6);
create table glidepath.usage_event_7 partition of glidepath.usage_event for values with (modulus 8, remainder 7);
create index usage_event_in_window on glidepath.usage_event (license, meter, at, source, event_id);
create index usage_event_by_value on glidepath.usage_event (license, meter, value, at) where value is not null;
create index usage_event_by_age on glidepath.usage_event (at);

create table glidepath.usage_reservation (
  id glidepath.label primary key,
  license glidepath.label not null,
  environment glidepath.label not null,
  meter glidepath.label not null,
  amount numeric(30, 6) not null check (amount >= 0),
  request_id glidepath.label not null,
  created_at glidepath.instant not null,
  expires_at glidepath.instant not null,
  released_at glidepath.instant,
  revision glidepath.whole not null,
  unique (license, request_id),
  foreign key (license, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index usage_reservation_by_license on glidepath.usage_reservation (license, id);
create index usage_reservation_open on glidepath.usage_reservation (license, expires_at) where released_at is null;
comment on table glidepath.usage_reservation is 'Use set aside before it happens; the event that carries its id spends it.';

create table glidepath.service_state (
  id glidepath.label primary key,
  served_at glidepath.instant not null,
  resumed_at glidepath.instant not null,
  revision glidepath.whole not null
);
comment on table glidepath.service_state is 'One row, id service: when some node last served, and since when there was no gap in that.';

-- Counting. Whoever counts holds a lock of the license that all who count share, but for unique meters, where it is one's
-- own; whoever makes a snapshot holds it alone. So a snapshot is made when all that was counted can be seen, and from then on
-- every event that is counted finds it. Each statement of a function sees what was committed before it began, which is after
-- the locks. Locks are taken in one order, so that two batches never wait for each other in a circle.

create function glidepath.usage_key(source text, event_id text) returns text language sql immutable parallel safe
return replace(source, e'\x01', e'\x01\x02') || e'\x01\x01' || event_id;
comment on function glidepath.usage_key(text, text) is 'Source and id of an event as one text, in the same order as the two.';

create type glidepath.usage_place as (at bigint, key text collate "C", amount numeric);
comment on type glidepath.usage_place is 'An event of a meter that says the last amount, by its place among the others.';

create function glidepath.count_usage(
  licenses text[], sources text[], event_ids text[], meters text[], ats bigint[], receipts bigint[], amounts numeric[], distincts text[]
) returns integer[] language plpgsql
-- The planner knows nothing of how many there are, and a table that was empty when it was asked does not stay so.
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
  lock record;
  counted integer[];
begin
  for lock in
    select hashtextextended(asked.of, 0) as key, bool_or(asked.value is not null) as is_alone, bool_or(known.id is null) as is_unknown
      from unnest(licenses, distincts) as asked (of, value) left join glidepath.license as known on known.id = asked.of
      group by 1 order by 1
  loop
    if lock.is_unknown then
      raise exception 'usage of a license that does not exist' using errcode = 'GP003';
    elsif lock.is_alone then
      perform pg_advisory_xact_lock(lock.key);
    else
      perform pg_advisory_xact_lock_shared(lock.key);
    end if;
  end loop;

  perform held.id
    from (select asked.of, asked.meter, min(asked.at) as first_at, max(asked.at) as last_at
      from unnest(licenses, meters, ats) as asked (of, meter, at) group by 1, 2) as asked
    join glidepath.meter_record as held
      on held.license = asked.of and held.meter = asked.meter and held.window_start <= asked.last_at and held.window_end > asked.first_at
    order by held.id for update of held;

  with asked as (
    select distinct on (license, source, event_id) *
      from unnest(licenses, sources, event_ids, meters, ats, receipts, amounts, distincts) with ordinality
        as asked (license, source, event_id, meter, at, received_at, amount, value, place)
      order by license, source, event_id, place
  ), fresh as (
    insert into glidepath.usage_event (license, source, event_id, meter, at, received_at, amount, value)
      select license, source, event_id, meter, at, received_at, amount, value from asked order by license, source, event_id
      on conflict do nothing
      returning license, source, event_id, meter, at, received_at, amount, value
  ), added as (
    -- What the table shows to this statement is what it held before it: a value that is new is in none of its rows.
    select held.id, sum(fresh.amount) as total, max(fresh.amount) as most, max(fresh.received_at) as received_at,
        (array_agg(row (fresh.at, glidepath.usage_key(fresh.source, fresh.event_id), fresh.amount)::glidepath.usage_place
          order by fresh.at desc, fresh.source desc, fresh.event_id desc) filter (where held.aggregate = 'last'))[1] as latest,
        count(distinct fresh.value) filter (where held.aggregate = 'unique' and not exists (
          select from glidepath.usage_event as before
            where before.license = fresh.license and before.meter = fresh.meter and before.value = fresh.value
              and before.at >= held.window_start and before.at < held.window_end)) as values_new
      from fresh join glidepath.meter_record as held
        on held.license = fresh.license and held.meter = fresh.meter and fresh.at >= held.window_start and fresh.at < held.window_end
      group by held.id
  ), kept as (
    update glidepath.meter_record as held set
        used = case held.aggregate
          when 'sum' then held.used + added.total
          when 'max' then greatest(held.used, added.most)
          when 'unique' then held.used + added.values_new
          else case when held.last_at is null or row ((latest).at, (latest).key) > row (held.last_at, held.last_key)
            then (latest).amount else held.used end
        end,
        last_at = case when held.last_at is null or row ((latest).at, (latest).key) > row (held.last_at, held.last_key)
          then (latest).at else held.last_at end,
        last_key = case when held.last_at is null or row ((latest).at, (latest).key) > row (held.last_at, held.last_key)
          then (latest).key else held.last_key end,
        as_of = greatest(held.as_of, added.received_at),
        revision = held.revision + 1
      from added where held.id = added.id
  )
  select array_agg(asked.place) into counted
    from fresh join asked on asked.license = fresh.license and asked.source = fresh.source and asked.event_id = fresh.event_id;
  return coalesce(counted, '{}');
end
$$;
comment on function glidepath.count_usage(text[], text[], text[], text[], bigint[], bigint[], numeric[], text[]) is
  'Accepts events of use and counts each once; gives the places of those that were new.';

create function glidepath.keep_balances(
  ids text[], licenses text[], meters text[], aggregates text[], starts bigint[], ends bigint[]
) returns table (place bigint, used numeric, as_of bigint, last_at bigint, last_key text) language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  lock record;
begin
  for lock in select distinct hashtextextended(asked.of, 0) as key from unnest(licenses) as asked (of) order by 1 loop
    perform pg_advisory_xact_lock(lock.key);
  end loop;
  return query with folded as (
    select asked.*, whole.*, latest.at as latest_at, glidepath.usage_key(latest.source, latest.event_id) as latest_key, latest.amount as latest
      from unnest(ids, licenses, meters, aggregates, starts, ends) with ordinality
        as asked (id, license, meter, aggregate, window_start, window_end, nth)
      cross join lateral (
        select sum(event.amount) as total, max(event.amount) as most, max(event.received_at) as received_at,
            case asked.aggregate when 'unique' then count(distinct event.value) end as values_all
          from glidepath.usage_event as event
          where event.license = asked.license and event.meter = asked.meter and event.at >= asked.window_start and event.at < asked.window_end
      ) as whole
      left join lateral (
        select event.at, event.source, event.event_id, event.amount from glidepath.usage_event as event
          where asked.aggregate = 'last' and event.license = asked.license and event.meter = asked.meter
            and event.at >= asked.window_start and event.at < asked.window_end
          order by event.at desc, event.source desc, event.event_id desc limit 1
      ) as latest on true
  ), valued as (
    select folded.*, coalesce(case folded.aggregate
      when 'sum' then folded.total when 'max' then folded.most when 'last' then folded.latest else folded.values_all end, 0) as value
      from folded
  ), kept as (
    insert into glidepath.meter_record
        (id, license, meter, aggregate, window_start, window_end, used, as_of, last_at, last_key, revision)
      select valued.id, valued.license, valued.meter, valued.aggregate, valued.window_start, valued.window_end, valued.value,
        valued.received_at, valued.latest_at, valued.latest_key, 0
        from valued where valued.received_at is not null order by valued.id
      on conflict do nothing
  )
  select valued.nth, valued.value::numeric(36, 6), valued.received_at::bigint, valued.latest_at::bigint, valued.latest_key from valued;
end
$$;
comment on function glidepath.keep_balances(text[], text[], text[], text[], bigint[], bigint[]) is
  'Folds balances from events and keeps them as snapshots; of a window without events it keeps none.';
