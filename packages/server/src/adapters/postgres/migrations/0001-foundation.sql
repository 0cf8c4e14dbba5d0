-- The foundation: everything that one license needs, from its policy to the audit row of a lease.
--
-- Instants are milliseconds since 1970 as the command read them from its one clock; no default reads the database's.
-- References are checked at the end of the transaction, so that the writes of a change may come in any order. Nothing
-- cascades: what is still referred to is not deleted.

create domain glidepath.label as text collate "C" check (length(value) <= 256);
comment on domain glidepath.label is 'Short text that may be part of an index. In byte order: an index in the order of the operating system''s language breaks silently when that is upgraded.';
create domain glidepath.instant as bigint;
comment on domain glidepath.instant is 'Milliseconds since 1970-01-01T00:00:00Z.';
create domain glidepath.whole as bigint check (value between 0 and 9007199254740991);
comment on domain glidepath.whole is 'A count that is exact in every language that reads it.';

create function glidepath.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: no %', tg_table_name, lower(tg_op) using errcode = 'GP002';
end
$$;
comment on function glidepath.refuse_change() is 'Trigger of append-only tables.';

-- A commit is one statement; this is how it takes itself back when what it was judged by has changed.
create function glidepath.require_all(expected integer, places integer[]) returns void language plpgsql as $$
declare
  absent integer;
begin
  if expected = cardinality(places) then
    return;
  end if;
  select min(position) into absent from generate_series(0, expected - 1) as position where position <> all (places);
  raise exception 'a record has changed' using errcode = 'GP001', detail = absent;
end
$$;
comment on function glidepath.require_all(integer, integer[]) is 'Refuses a commit of which an update or delete found no row; detail is the position of the first.';

-- The store itself

create table glidepath.store_identity (
  id glidepath.label primary key,
  incarnation glidepath.whole not null,
  created_at glidepath.instant not null,
  revision glidepath.whole not null
);
comment on table glidepath.store_identity is 'One row, id store: the incarnation that every restore and failover raises.';

-- Environments, people, access

create table glidepath.environment (
  id glidepath.label primary key,
  name glidepath.label not null,
  issuer glidepath.label not null,
  created_at glidepath.instant not null,
  unique (name),
  unique (issuer)
);
comment on table glidepath.environment is 'A separate world with its own issuer and keys: a staging lease never verifies in production.';

create table glidepath.principal (
  id glidepath.label primary key,
  kind glidepath.label not null check (kind in ('person', 'service', 'agent')),
  name glidepath.label not null,
  email glidepath.label,
  created_at glidepath.instant not null,
  disabled_at glidepath.instant,
  revision glidepath.whole not null
);
create index principal_by_name on glidepath.principal (name, id);
create index principal_by_email on glidepath.principal (email, id);
comment on table glidepath.principal is 'Who may act on the control plane: a person, a service or an agent.';

create table glidepath.team (
  id glidepath.label primary key,
  name glidepath.label not null,
  created_at glidepath.instant not null,
  unique (name)
);
comment on table glidepath.team is 'Owners of licenses: never one person.';

create table glidepath.team_member (
  id glidepath.label primary key,
  team glidepath.label not null references glidepath.team deferrable initially deferred,
  principal glidepath.label not null references glidepath.principal deferrable initially deferred,
  created_at glidepath.instant not null,
  unique (team, principal)
);
create index team_member_by_principal on glidepath.team_member (principal, id);
comment on table glidepath.team_member is 'Which principals a team has.';

create table glidepath.role_grant (
  id glidepath.label primary key,
  principal glidepath.label not null references glidepath.principal deferrable initially deferred,
  role glidepath.label not null check (role in ('viewer', 'operator', 'approver', 'issuer', 'admin')),
  environment glidepath.label references glidepath.environment deferrable initially deferred,
  created_at glidepath.instant not null,
  unique nulls not distinct (principal, role, environment)
);
create index role_grant_by_environment on glidepath.role_grant (environment, id);
comment on table glidepath.role_grant is 'A role of a principal, in one environment or (null) in all.';

create table glidepath.api_token (
  id glidepath.label primary key,
  principal glidepath.label not null references glidepath.principal deferrable initially deferred,
  name glidepath.label not null,
  hash glidepath.label not null,
  hint glidepath.label not null,
  roles text[] not null check (roles <@ array['viewer', 'operator', 'approver', 'issuer', 'admin']),
  environment glidepath.label references glidepath.environment deferrable initially deferred,
  created_at glidepath.instant not null,
  expires_at glidepath.instant not null,
  revoked_at glidepath.instant,
  revision glidepath.whole not null,
  unique (hash)
);
create index api_token_by_principal on glidepath.api_token (principal, id);
comment on table glidepath.api_token is 'Credentials of principals. Only the hash of a token is kept.';

create table glidepath.sign_in_code (
  id glidepath.label primary key,
  principal glidepath.label not null references glidepath.principal deferrable initially deferred,
  hash glidepath.label not null,
  created_at glidepath.instant not null,
  expires_at glidepath.instant not null,
  used_at glidepath.instant,
  revision glidepath.whole not null,
  unique (hash)
);
create index sign_in_code_by_principal on glidepath.sign_in_code (principal, id);
comment on table glidepath.sign_in_code is 'One-time codes that are exchanged for a token. Only the hash is kept.';

-- Policies

create table glidepath.policy_version (
  id glidepath.label primary key,
  digest glidepath.label not null,
  name glidepath.label not null,
  source text not null,
  tree json,
  created_at glidepath.instant not null,
  created_by glidepath.label not null,
  unique (digest)
);
create index policy_version_by_name on glidepath.policy_version (name, id);
comment on table glidepath.policy_version is 'Published policy documents, named by the digest of their content. Append-only, for all environments.';

create table glidepath.policy_pointer (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  digest glidepath.label not null references glidepath.policy_version (digest) deferrable initially deferred,
  previous glidepath.label references glidepath.policy_version (digest) deferrable initially deferred,
  set_at glidepath.instant not null,
  revision glidepath.whole not null,
  unique (environment, name)
);
create index policy_pointer_by_digest on glidepath.policy_pointer (digest, id);
comment on table glidepath.policy_pointer is 'Which version of a policy an environment uses: (environment, name) to digest.';

-- Customers, products, licenses

create table glidepath.customer (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  created_at glidepath.instant not null,
  revision glidepath.whole not null,
  -- For references that must agree on the environment.
  unique (id, environment),
  unique (environment, name)
);
create index customer_by_environment on glidepath.customer (environment, id);
comment on table glidepath.customer is 'Who a license is for.';

create table glidepath.product (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  name glidepath.label not null,
  title text not null,
  created_at glidepath.instant not null,
  revision glidepath.whole not null,
  -- For references that must agree on the environment.
  unique (id, environment),
  unique (environment, name)
);
create index product_by_environment on glidepath.product (environment, id);
comment on table glidepath.product is 'What a license is of.';

create table glidepath.license (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  product glidepath.label not null,
  customer glidepath.label not null,
  issuer glidepath.label not null,
  owner_team glidepath.label references glidepath.team deferrable initially deferred,
  policy_name glidepath.label not null,
  policy_mode glidepath.label not null check (policy_mode in ('follow', 'pin')),
  pinned_digest glidepath.label references glidepath.policy_version (digest) deferrable initially deferred,
  status glidepath.label not null check (status in ('active', 'suspended', 'revoked')),
  status_at glidepath.instant not null,
  status_reason text,
  seq_incarnation glidepath.whole not null,
  seq_count glidepath.whole not null,
  created_at glidepath.instant not null,
  revision glidepath.whole not null,
  -- For references that must agree on the environment.
  unique (id, environment),
  foreign key (product, environment) references glidepath.product (id, environment) deferrable initially deferred,
  foreign key (customer, environment) references glidepath.customer (id, environment) deferrable initially deferred
);
create index license_by_environment on glidepath.license (environment, id);
create index license_by_product on glidepath.license (product, id);
create index license_by_customer on glidepath.license (customer, id);
create index license_by_owner_team on glidepath.license (owner_team, id);
create index license_by_policy_name on glidepath.license (policy_name, id);
create index license_by_pinned_digest on glidepath.license (pinned_digest, id);
comment on table glidepath.license is 'A license, issued by us (self) or held from another issuer; its terms are in license_terms.';

create table glidepath.license_terms (
  id glidepath.label primary key,
  license glidepath.label not null references glidepath.license deferrable initially deferred,
  effective_from glidepath.instant not null,
  plan glidepath.label not null,
  starts_at glidepath.instant not null,
  expires_at glidepath.instant,
  overrides json not null,
  policy glidepath.label not null references glidepath.policy_version (digest) deferrable initially deferred,
  created_at glidepath.instant not null,
  created_by glidepath.label not null
);
create index license_terms_by_license on glidepath.license_terms (license, id);
create index license_terms_by_policy on glidepath.license_terms (policy, id);
comment on table glidepath.license_terms is 'What was agreed, from when on. Append-only: the row in force is the latest with effective_from not after now.';

create table glidepath.license_key (
  id glidepath.label primary key,
  license glidepath.label not null,
  environment glidepath.label not null,
  hash glidepath.label not null,
  hint glidepath.label not null,
  created_at glidepath.instant not null,
  expires_at glidepath.instant,
  revoked_at glidepath.instant,
  revision glidepath.whole not null,
  unique (hash),
  foreign key (license, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index license_key_by_license on glidepath.license_key (license, id);
comment on table glidepath.license_key is 'The client''s credential. Only the hash is kept; several per license, so that they rotate with overlap.';

-- Seats and meters

create table glidepath.seat_state (
  id glidepath.label primary key references glidepath.license deferrable initially deferred,
  granted glidepath.whole not null,
  overage glidepath.whole not null,
  overage_opened_at glidepath.instant,
  revision glidepath.whole not null
) with (fillfactor = 50);
comment on table glidepath.seat_state is 'Counts of seats granted, one row per license; its revision guards every change of a seat.';

create table glidepath.lease (
  id glidepath.label primary key,
  license glidepath.label not null,
  environment glidepath.label not null,
  holder glidepath.label not null,
  installations text[] not null,
  person glidepath.label,
  kind glidepath.label check (kind in ('floating', 'named', 'node-locked')),
  state glidepath.label not null check (state in ('granted', 'overage', 'when-full', 'reaped', 'released', 'removed')),
  epoch_incarnation glidepath.whole not null,
  epoch_count glidepath.whole not null,
  tier glidepath.label,
  tier_since glidepath.instant not null,
  fingerprint json not null,
  acquired_at glidepath.instant not null,
  renewed_at glidepath.instant not null,
  hold_until glidepath.instant not null,
  request_id glidepath.label not null,
  word_id glidepath.label not null,
  renewals glidepath.whole not null,
  waiting_since glidepath.instant,
  client text,
  revision glidepath.whole not null,
  unique (license, holder),
  foreign key (license, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index lease_by_license on glidepath.lease (license, id);
-- The reaper and every acquire: holds that ended in silence, the oldest first.
create index lease_lapsed on glidepath.lease (license, hold_until, id) where state in ('granted', 'overage');
create index lease_lapsed_anywhere on glidepath.lease (hold_until, license) where state in ('granted', 'overage');
-- Who is next for a freed seat: overage holders by when they acquired, then when-full holders by when they began to wait.
create index lease_waiting on glidepath.lease (
  license,
  (state = 'when-full'),
  (case when state = 'overage' then acquired_at else waiting_since end),
  id
) where state in ('overage', 'when-full');
comment on table glidepath.lease is 'How each holder stands with its seat: one row per license and holder.';

create table glidepath.holder_name (
  id glidepath.label primary key,
  license glidepath.label not null references glidepath.license deferrable initially deferred,
  name text not null,
  created_at glidepath.instant not null,
  revision glidepath.whole not null
);
create index holder_name_by_license on glidepath.holder_name (license, id);
comment on table glidepath.holder_name is 'Pseudonym to name: the one erasable table of persons.';

create table glidepath.meter_record (
  id glidepath.label primary key,
  license glidepath.label not null references glidepath.license deferrable initially deferred,
  meter glidepath.label not null,
  window_start glidepath.instant not null,
  used double precision not null check (used >= 0),
  as_of glidepath.instant not null,
  revision glidepath.whole not null,
  unique (license, meter, window_start)
);
create index meter_record_by_license on glidepath.meter_record (license, id);
comment on table glidepath.meter_record is 'Usage per license, meter and window.';

-- Keys and words

create table glidepath.online_key (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  kid glidepath.label not null,
  use glidepath.label not null check (use in ('sign', 'key-set')),
  x glidepath.label not null,
  sealed text not null,
  status glidepath.label not null check (status in ('active', 'retired', 'compromised')),
  not_before glidepath.instant not null,
  signs_until glidepath.instant not null,
  status_at glidepath.instant not null,
  certificate text,
  revision glidepath.whole not null,
  unique (environment, kid)
);
create index online_key_by_environment on glidepath.online_key (environment, id);
comment on table glidepath.online_key is 'Signing keys and key-set keys; the private part is sealed under a key that is not in the database.';

create table glidepath.key_set (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  version glidepath.whole not null,
  document text not null,
  created_at glidepath.instant not null,
  unique (environment, version)
);
create index key_set_by_environment on glidepath.key_set (environment, id);
comment on table glidepath.key_set is 'Every published key set, as signed. Append-only.';

create table glidepath.root (
  id glidepath.label primary key,
  environment glidepath.label not null references glidepath.environment deferrable initially deferred,
  x glidepath.label not null,
  kid glidepath.label not null,
  number glidepath.whole not null,
  signed_by_previous text,
  created_at glidepath.instant not null,
  exported_at glidepath.instant,
  revision glidepath.whole not null,
  unique (environment, number)
);
create index root_by_environment on glidepath.root (environment, id);
comment on table glidepath.root is 'Public roots, and the word by which each is signed by the one before.';

create table glidepath.delegation_grant (
  id glidepath.label primary key,
  license glidepath.label not null,
  environment glidepath.label not null,
  purpose glidepath.label not null,
  kid glidepath.label not null,
  tier glidepath.label not null,
  seats glidepath.whole not null,
  until glidepath.instant not null,
  created_at glidepath.instant not null,
  created_by glidepath.label not null,
  used_by text[] not null,
  revision glidepath.whole not null,
  unique (environment, kid),
  foreign key (license, environment) references glidepath.license (id, environment) deferrable initially deferred
);
create index delegation_grant_by_license on glidepath.delegation_grant (license, id);
comment on table glidepath.delegation_grant is 'Delegations that were issued: a sub-key may sign leases of one license, up to a tier, a number of seats and an instant.';

-- Records of what happened

create table glidepath.audit (
  id glidepath.label primary key,
  environment glidepath.label,
  at glidepath.instant not null,
  actor glidepath.label not null,
  action glidepath.label not null,
  subject glidepath.label not null,
  facts json not null
);
create index audit_by_environment on glidepath.audit (environment, id);
create index audit_by_subject on glidepath.audit (subject, id);
comment on table glidepath.audit is 'Who did what to what, when. Append-only; holders are pseudonyms.';

create table glidepath.outbox (
  id glidepath.label primary key,
  environment glidepath.label,
  at glidepath.instant not null,
  type glidepath.label not null,
  subject glidepath.label not null,
  data json not null,
  sent_at glidepath.instant,
  revision glidepath.whole not null
);
create index outbox_by_environment on glidepath.outbox (environment, id);
-- The dispatcher asks for what was not sent yet; what was sent needs no index.
create index outbox_by_sent_at on glidepath.outbox (sent_at, id) where sent_at is null;
comment on table glidepath.outbox is 'Events for others, committed with the change that they speak of, sent afterwards.';

create table glidepath.idempotency (
  id glidepath.label primary key,
  principal glidepath.label not null,
  key glidepath.label not null,
  body_hash glidepath.label not null,
  status glidepath.whole not null,
  answer json,
  created_at glidepath.instant not null,
  expires_at glidepath.instant not null,
  unique (principal, key)
);
comment on table glidepath.idempotency is 'Answers kept for requests that are repeated with the same Idempotency-Key.';

-- Append-only tables refuse changes from whoever may connect; roles.ts withholds the privilege as well.

create trigger append_only before update or delete or truncate on glidepath.policy_version
  for each statement execute function glidepath.refuse_change();

create trigger append_only before update or delete or truncate on glidepath.license_terms
  for each statement execute function glidepath.refuse_change();

create trigger append_only before update or delete or truncate on glidepath.key_set
  for each statement execute function glidepath.refuse_change();

create trigger append_only before update or delete or truncate on glidepath.audit
  for each statement execute function glidepath.refuse_change();
