-- Licenses that somebody else issues: what their contract says, what probes see of them, how long they last, who was told.

-- Inventory

create table glidepath.held_license (
  id glidepath.label primary key,
  environment glidepath.label not null,
  name glidepath.label not null,
  vendor text not null,
  contract_id text,
  notice_deadline_at glidepath.instant,
  terminates_at glidepath.instant,
  auto_renew glidepath.label not null check (auto_renew in ('yes', 'no', 'unknown')),
  cost json,
  grace_ms glidepath.whole,
  lead_time json not null,
  custody text,
  runs_on text[] not null,
  dependents text[] not null,
  found_in text,
  watches json not null,
  document json,
  applied_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (environment, name),
  foreign key (id, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index held_license_by_environment on glidepath.held_license (environment, id);
comment on table glidepath.held_license is 'What a license has beside its terms when somebody else issues it: contract, watching, dependents. The id is the license.';

create table glidepath.license_watch (
  id glidepath.label primary key,
  environment glidepath.label not null,
  license glidepath.label not null,
  probe glidepath.label not null,
  unique (license, probe),
  foreign key (license, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index license_watch_by_probe on glidepath.license_watch (probe, id);
comment on table glidepath.license_watch is 'Which licenses look through a probe, by its name: the index of held_license.watches.';

-- Probes and agents

create table glidepath.probe (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  kind glidepath.label not null,
  zone glidepath.label not null,
  settings json not null,
  every_ms glidepath.whole not null,
  agents text[] not null,
  quorum glidepath.whole not null,
  document json,
  applied_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (environment, name)
);
create index probe_by_environment on glidepath.probe (environment, id);
comment on table glidepath.probe is 'What agents are asked to look at. Settings hold names of credentials, never credentials.';

create table glidepath.probe_reading (
  id glidepath.label primary key,
  environment glidepath.label not null,
  probe glidepath.label not null,
  agent glidepath.label not null references glidepath.principal deferrable initially deferred,
  at glidepath.instant not null,
  failure glidepath.label,
  message text,
  failures glidepath.whole not null,
  ok_at glidepath.instant,
  snapshot json,
  vanished json,
  unparsed glidepath.whole not null,
  revision glidepath.whole not null,
  unique (probe, agent)
);
create index probe_reading_by_environment on glidepath.probe_reading (environment, id);
create index probe_reading_by_agent on glidepath.probe_reading (agent, id);
create index probe_reading_by_probe on glidepath.probe_reading (probe, id);
comment on table glidepath.probe_reading is 'What each agent last saw through each probe: the last attempt, and the last good snapshot.';

create table glidepath.agent_state (
  id glidepath.label primary key references glidepath.principal deferrable initially deferred,
  seen_at glidepath.instant not null,
  version glidepath.label not null,
  dropped glidepath.whole not null,
  revision glidepath.whole not null
);
comment on table glidepath.agent_state is 'When each agent was last heard of. The id is its principal.';

create table glidepath.usage_sample (
  id glidepath.label primary key,
  license glidepath.label not null references glidepath.license deferrable initially deferred,
  feature glidepath.label not null,
  day glidepath.instant not null,
  peak double precision not null check (peak >= 0),
  issued double precision check (issued >= 0),
  denied double precision check (denied >= 0),
  revision glidepath.whole not null,
  unique (license, feature, day)
);
create index usage_sample_by_license on glidepath.usage_sample (license, id);
create index usage_sample_by_day on glidepath.usage_sample (day, id);
comment on table glidepath.usage_sample is 'The peak of use per license, feature and day (its midnight UTC), for forecasts.';

-- Runways

create table glidepath.runway (
  id glidepath.label primary key,
  environment glidepath.label,
  name glidepath.label not null,
  product text not null,
  vendor text not null,
  owner_team glidepath.label,
  state glidepath.label not null check (state in ('latent', 'dated', 'open', 'unknown')),
  ends_at glidepath.instant,
  cause glidepath.label,
  evidence text not null,
  items json,
  computed_at glidepath.instant not null,
  revision glidepath.whole not null
);
create index runway_by_environment on glidepath.runway (environment, id);
-- What ends next of one environment: the words of the order are those of the query.
create index runway_worst on glidepath.runway (
  environment,
  (case state when 'latent' then 0 when 'dated' then 1 when 'unknown' then 2 else 3 end),
  ends_at,
  id
);
comment on table glidepath.runway is 'How long each license, and each part of Glidepath itself (without environment), lasts if nobody does anything.';

-- Notices

create table glidepath.channel (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  kind glidepath.label not null check (kind in ('webhook', 'slack', 'heartbeat')),
  sealed_url text not null,
  host glidepath.label not null,
  sealed_secret text,
  teams text[] not null,
  least glidepath.label not null check (least in ('info', 'warning', 'critical')),
  document json,
  created_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (environment, name)
);
create index channel_by_environment on glidepath.channel (environment, id);
comment on table glidepath.channel is 'Where notices go. Address and secret are sealed under a key that is not in the database.';

create table glidepath.notice (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  key glidepath.label not null,
  condition glidepath.label not null,
  severity glidepath.label not null check (severity in ('info', 'warning', 'critical')),
  subject glidepath.label not null,
  owner_team glidepath.label,
  message text not null,
  facts json not null,
  opened_at glidepath.instant not null,
  risen_at glidepath.instant not null,
  told_at glidepath.instant,
  acknowledged_at glidepath.instant,
  acknowledged_by glidepath.label,
  eased_since glidepath.instant,
  resolved_at glidepath.instant,
  revision glidepath.whole not null,
  unique (environment, key)
);
create index notice_by_environment on glidepath.notice (environment, id);
create index notice_by_subject on glidepath.notice (subject, id);
-- The notifier asks for what is open; what was resolved needs no index.
create index notice_by_resolved_at on glidepath.notice (resolved_at, id) where resolved_at is null;
comment on table glidepath.notice is 'Alerts that are or were open: one open notice per condition and subject.';

create table glidepath.delivery (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  channel glidepath.label not null,
  notices text[] not null,
  payload json,
  state glidepath.label not null check (state in ('waiting', 'sent', 'dead')),
  attempts glidepath.whole not null,
  next_at glidepath.instant not null,
  last_error text,
  created_at glidepath.instant not null,
  sent_at glidepath.instant,
  revision glidepath.whole not null
);
create index delivery_by_environment on glidepath.delivery (environment, id);
create index delivery_by_channel on glidepath.delivery (channel, id);
create index delivery_by_state on glidepath.delivery (state, id);
comment on table glidepath.delivery is 'Messages to channels, each kept until it arrived or was given up.';

create table glidepath.owner_confirmation (
  id glidepath.label primary key,
  team glidepath.label not null references glidepath.team deferrable initially deferred,
  principal glidepath.label not null references glidepath.principal deferrable initially deferred,
  confirmed_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (team, principal)
);
create index owner_confirmation_by_principal on glidepath.owner_confirmation (principal, id);
comment on table glidepath.owner_confirmation is 'When an owner last said that it still answers for its team''s licenses.';
