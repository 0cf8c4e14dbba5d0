-- Policies on their way into force: which version comes, for which share of the licenses, and what that was seen to do.

alter table glidepath.policy_pointer
  add column candidate glidepath.label references glidepath.policy_version (digest) deferrable initially deferred,
  add column share_basis_points glidepath.whole not null default 0,
  add column rollout glidepath.label;
comment on column glidepath.policy_pointer.candidate is 'The version that a rollout brings; in force for the share of the following licenses whose place lies below it.';
comment on column glidepath.policy_pointer.rollout is 'Which rollout brings it. Not a reference: the rollout refers to versions as the pointer does, and is never deleted while it runs.';

create table glidepath.policy_rollout (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  candidate glidepath.label not null references glidepath.policy_version (digest) deferrable initially deferred,
  baseline glidepath.label not null references glidepath.policy_version (digest) deferrable initially deferred,
  stage glidepath.label not null check (stage in ('shadow', 'canary', 'full')),
  share_basis_points glidepath.whole not null,
  state glidepath.label not null check (state in ('running', 'completed', 'held', 'rolled-back', 'cancelled')),
  budget json not null,
  reason text not null,
  started_at glidepath.instant not null,
  started_by glidepath.label not null,
  staged_at glidepath.instant not null,
  staged_by glidepath.label not null,
  ended_at glidepath.instant,
  retry_at glidepath.instant,
  trips glidepath.whole not null,
  steps json not null,
  evidence json,
  revision glidepath.whole not null
);
create index policy_rollout_by_environment on glidepath.policy_rollout (environment, id);
create index policy_rollout_by_name on glidepath.policy_rollout (name, id);
create index policy_rollout_by_state on glidepath.policy_rollout (state, id);
comment on table glidepath.policy_rollout is 'A new version of a policy on its way through shadow and canary: who brought it how far, when and why, and how it ended.';

create table glidepath.rollout_count (
  id glidepath.label primary key,
  rollout glidepath.label not null references glidepath.policy_rollout deferrable initially deferred,
  round glidepath.whole not null,
  node glidepath.label not null,
  decisions glidepath.whole not null,
  losses glidepath.whole not null,
  gains glidepath.whole not null,
  denials glidepath.whole not null,
  baseline_denials glidepath.whole not null,
  degraded glidepath.whole not null,
  baseline_degraded glidepath.whole not null,
  examples json not null,
  counted_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (rollout, round, node)
);
create index rollout_count_by_rollout on glidepath.rollout_count (rollout, id);
comment on table glidepath.rollout_count is 'What each node has counted of a rollout, beside what the version in force would have done; a node writes only its own rows.';

create table glidepath.policy_breaker (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  mode glidepath.label not null check (mode in ('closed', 'metrics-only', 'isolated')),
  reason text not null,
  set_at glidepath.instant not null,
  set_by glidepath.label not null,
  revision glidepath.whole not null,
  unique (environment, name)
);
create index policy_breaker_by_environment on glidepath.policy_breaker (environment, id);
comment on table glidepath.policy_breaker is 'Whether rollouts of a policy''s name are rolled back by what they do, are only counted, or are refused.';

create table glidepath.environment_setting (
  id glidepath.label primary key references glidepath.environment deferrable initially deferred,
  promotion glidepath.label not null check (promotion in ('staged', 'direct')),
  two_persons boolean not null,
  mass_change_basis_points glidepath.whole not null,
  mass_change_licenses_min glidepath.whole not null,
  mass_change_window_ms glidepath.whole not null,
  recording glidepath.label not null check (recording in ('off', 'sampled', 'full')),
  sample_basis_points glidepath.whole not null,
  revision glidepath.whole not null
);
comment on table glidepath.environment_setting is 'How an environment treats changes and what it keeps of decisions; without a row the defaults hold.';
