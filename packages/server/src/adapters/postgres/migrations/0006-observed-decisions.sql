-- Decisions as they were made, for policies that are tried on them later, and what the candidates of rollouts decide differently.

create table glidepath.observed_chunk (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  first_at glidepath.instant not null,
  last_at glidepath.instant not null,
  decisions glidepath.whole not null,
  unrecorded glidepath.whole not null,
  bytes glidepath.whole not null,
  body json not null
);
create index observed_chunk_by_environment on glidepath.observed_chunk (environment, id);
comment on table glidepath.observed_chunk is 'Decisions that a node recorded together, and how many of that time it did not; the oldest are deleted by age and size.';

create table glidepath.observation_state (
  id glidepath.label primary key references glidepath.environment deferrable initially deferred,
  chunks glidepath.whole not null,
  bytes glidepath.whole not null,
  recorded glidepath.whole not null,
  unrecorded glidepath.whole not null,
  forgotten glidepath.whole not null,
  revision glidepath.whole not null
);
comment on table glidepath.observation_state is 'How much of an environment''s decisions is kept, and how much never was; changes with every chunk, in its commit.';

create table glidepath.rollout_difference (
  id glidepath.label primary key,
  rollout glidepath.label not null references glidepath.policy_rollout deferrable initially deferred,
  stage glidepath.label not null check (stage in ('shadow', 'canary', 'full')),
  counts json not null,
  groups json not null,
  undecided glidepath.whole not null,
  since glidepath.instant not null,
  until glidepath.instant not null,
  revision glidepath.whole not null
);
create index rollout_difference_by_rollout on glidepath.rollout_difference (rollout, id);
comment on table glidepath.rollout_difference is 'What one node has found that a rollout''s candidate decides differently in one stage; a node writes only its own rows.';
