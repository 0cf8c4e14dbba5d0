-- What two persons have to want: what was asked, and by whom it was approved; and how many licenses changed their status lately.

create table glidepath.approval (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  command glidepath.label not null,
  subject glidepath.label not null,
  summary text not null,
  params json not null,
  body json,
  state glidepath.label not null check (state in ('waiting', 'approved', 'refused')),
  asked_by glidepath.label not null,
  asked_at glidepath.instant not null,
  expires_at glidepath.instant not null,
  decided_by glidepath.label,
  decided_at glidepath.instant,
  reason text,
  revision glidepath.whole not null
);
create index approval_by_environment on glidepath.approval (environment, id);
create index approval_by_state on glidepath.approval (state, id);
comment on table glidepath.approval is 'A request that waits for a second person, as it was made; who approved carries it out.';

create table glidepath.status_window (
  id glidepath.label primary key references glidepath.environment deferrable initially deferred,
  changes json not null,
  allowed json,
  revision glidepath.whole not null
);
comment on table glidepath.status_window is 'Licenses of an environment that were suspended or revoked lately. Its revision guards each such change, so that two nodes cannot both be within the share.';
