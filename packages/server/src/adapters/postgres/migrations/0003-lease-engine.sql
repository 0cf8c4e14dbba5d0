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
  last_key text,
  revision glidepath.whole not null,
  constraint meter_record_window_key unique (license, meter, aggregate, window_start, window_end)
);
create index meter_record_by_license on glidepath.meter_record (license, id);
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
