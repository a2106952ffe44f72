-- The ground floor: shops, events, changes, links, history.
-- Locks: none that matter, everything here is new. Old code beside it: there is none before this.

comment on schema syncd is 'syncd: keeps the Backoffice and its Shopify shops in sync';

create function syncd.clock() returns timestamptz
  language sql stable parallel safe
  set search_path = pg_catalog
  return now() + coalesce(nullif(current_setting('syncd.clock_offset', true), '')::interval, interval '0');
comment on function syncd.clock() is
  'The only clock for stored times: now(), moved by the setting syncd.clock_offset in tests alone';

create table syncd.shop (
  shop_id integer generated always as identity primary key,
  domain text not null unique
    constraint domain_is_shopifys check (domain ~ '^[a-z0-9][a-z0-9-]*\.myshopify\.com$'),
  account_id text not null,
  credentials bytea not null,
  state text not null default 'unlinked' check (state in ('unlinked', 'linked')),
  enabled boolean not null default true,
  sync_products boolean not null default true,
  sync_stock boolean not null default false,
  sync_description boolean not null default false,
  price_department text not null,
  stock_warehouse text,
  location text constraint location_is_a_gid check (location like 'gid://shopify/Location/%'),
  publish_to text[] not null default '{}',
  inactive_as text not null default 'draft' check (inactive_as in ('draft', 'archived', 'unlisted')),
  currency text not null constraint currency_is_three_capitals check (currency ~ '^[A-Z]{3}$'),
  paused_until timestamptz,
  paused_reason text,
  created_at timestamptz not null default syncd.clock(),
  constraint paused_with_a_reason check ((paused_until is null) = (paused_reason is null)),
  constraint stock_has_both_ends check (not sync_stock or (stock_warehouse is not null and location is not null))
);
create index shop_account on syncd.shop (account_id);
comment on table syncd.shop is 'A Shopify shop with its settings; one row a shop';
comment on column syncd.shop.shop_id is 'Our number of the shop; every other table carries it';
comment on column syncd.shop.domain is 'The shop''s own address, x.myshopify.com';
comment on column syncd.shop.account_id is 'The retailer in the Backoffice this shop belongs to';
comment on column syncd.shop.credentials is 'The access token, encrypted with the key of SYNCD_KEY_FILE';
comment on column syncd.shop.state is 'unlinked: nothing is created there yet; linked: linked with the Backoffice or declared empty';
comment on column syncd.shop.enabled is 'Off: nothing is sent, changes wait';
comment on column syncd.shop.sync_products is 'Whether products are sent to this shop';
comment on column syncd.shop.sync_stock is 'Whether a new product carries the warehouse''s count';
comment on column syncd.shop.sync_description is 'Whether the description is ours to write';
comment on column syncd.shop.price_department is 'The department whose price list is sent';
comment on column syncd.shop.stock_warehouse is 'The warehouse kept in step with the location';
comment on column syncd.shop.location is 'GID of the Shopify location kept in step with the warehouse';
comment on column syncd.shop.publish_to is 'GIDs of the publications (sales channels) a new product is published to';
comment on column syncd.shop.inactive_as is 'The status an inactive product gets in Shopify';
comment on column syncd.shop.currency is 'ISO 4217 code of the shop, read when it was added';
comment on column syncd.shop.paused_until is 'The pumps leave the shop alone until then; null when not paused';
comment on column syncd.shop.paused_reason is 'Why it is paused, in Shopify''s words and ours';
comment on column syncd.shop.created_at is 'When the shop was added';

create table syncd.outbox (
  event_id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  account_id text not null,
  kind text not null check (kind in ('product', 'stock', 'order')),
  key text not null check (key <> ''),
  changed text[] not null default '{}',
  actor text not null default session_user,
  created_at timestamptz not null default clock_timestamp()
);
create index outbox_xid on syncd.outbox (xid, event_id);
create index outbox_wide on syncd.outbox (xid) where key = '*';
create index outbox_key on syncd.outbox (account_id, kind, key, event_id);
comment on table syncd.outbox is
  'Events: something of the Backoffice was touched. Written in the Backoffice''s own transaction, never updated';
comment on column syncd.outbox.event_id is 'A number for people; it is not the order of commits';
comment on column syncd.outbox.xid is 'The writing transaction; the router follows commits by it';
comment on column syncd.outbox.account_id is 'The retailer; triggers know no shops';
comment on column syncd.outbox.kind is 'What sort of thing was touched';
comment on column syncd.outbox.key is 'Its Backoffice id as text; * stands for every key of the account';
comment on column syncd.outbox.changed is 'What was touched: title, price, status, images …; empty means unknown';
comment on column syncd.outbox.actor is 'The database user that did it';
comment on column syncd.outbox.created_at is 'Wall clock when the trigger ran, shortly before the commit';

create function syncd.refuse_update() returns trigger
  language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'syncd.outbox is append-only: enqueue a new event with syncd.enqueue(…) instead';
end $$;
comment on function syncd.refuse_update() is 'Keeps the event log append-only';
create trigger outbox_append_only before update on syncd.outbox
  for each statement execute function syncd.refuse_update();

create function syncd.enqueue(account_id text, kind text, keys text[], changed text[]) returns bigint
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  with added as (
    insert into syncd.outbox (account_id, kind, key, changed)
    select enqueue.account_id, enqueue.kind, k.key, coalesce(enqueue.changed, '{}')
    from unnest(enqueue.keys) as k (key)
    returning event_id
  )
  select count(*) from added;
end;
comment on function syncd.enqueue(text, text, text[], text[]) is
  'Write one event a key (* = every key of the account) in the caller''s transaction; returns how many';

create table syncd.router (
  name text primary key,
  snap pg_snapshot not null,
  system_id bigint not null,
  moved bigint not null default 0,
  at timestamptz not null default syncd.clock()
) with (fillfactor = 10);
insert into syncd.router (name, snap, system_id)
select 'main', '1:1:', system_identifier
from pg_control_system();
comment on table syncd.router is 'How far events have been moved to changes; one row';
comment on column syncd.router.name is 'Always main';
comment on column syncd.router.snap is 'Everything visible in this snapshot has been moved';
comment on column syncd.router.system_id is
  'The cluster the snapshot belongs to; after a restore elsewhere transaction ids start anew and the router re-bases';
comment on column syncd.router.moved is 'Events moved so far';
comment on column syncd.router.at is 'When it last moved';

create table syncd.change (
  change_id bigint generated always as identity primary key,
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null check (kind in ('product', 'stock', 'order')),
  key text not null check (key not in ('', '*')),
  changed text[] not null default '{}',
  lane text not null check (lane in ('stock', 'orders', 'price', 'product', 'resync')),
  urgency smallint not null generated always as (
    case lane when 'stock' then 1 when 'orders' then 2 when 'price' then 3 when 'product' then 4 else 5 end
  ) stored,
  state text not null default 'due' check (state in ('due', 'claimed', 'dead')),
  generation bigint not null default 1 check (generation > 0),
  events bigint not null default 1 check (events > 0),
  first_event_at timestamptz not null,
  last_event_at timestamptz not null,
  news_at timestamptz,
  due_at timestamptz not null default syncd.clock(),
  deliveries integer not null default 0 check (deliveries >= 0),
  failures integer not null default 0 check (failures >= 0),
  claimed_by text,
  claim_token bigint,
  last_error text,
  last_error_at timestamptz,
  unique (shop_id, kind, key),
  constraint claimed_has_an_owner check ((state = 'claimed') = (claimed_by is not null)),
  constraint claimed_has_a_token check ((state = 'claimed') = (claim_token is not null)),
  constraint news_only_while_claimed check (state = 'claimed' or news_at is null),
  constraint error_has_a_time check ((last_error is null) = (last_error_at is null)),
  constraint dead_has_a_cause check (state <> 'dead' or coalesce(last_error, '') <> '')
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index change_due on syncd.change (shop_id, kind, urgency, due_at, change_id) where state <> 'dead';
create index change_dead on syncd.change (shop_id, kind, key) where state = 'dead';
comment on table syncd.change is 'What is due: at most one row for each (shop, kind, key); gone once Shopify has accepted it';
comment on column syncd.change.change_id is 'Number of the row';
comment on column syncd.change.shop_id is 'The shop it must reach';
comment on column syncd.change.kind is 'What sort of thing';
comment on column syncd.change.key is 'Its Backoffice id';
comment on column syncd.change.changed is 'All that was touched since the change became due; empty means unknown';
comment on column syncd.change.lane is 'The lane of its most urgent part';
comment on column syncd.change.urgency is 'The lane as a number, 1 first; the order of claims';
comment on column syncd.change.state is 'due, claimed (until due_at), or dead: waits for a person or a new event';
comment on column syncd.change.generation is 'Grows with each event; a change whose generation moved while it was claimed is due again';
comment on column syncd.change.events is 'Events that became this change; a resync counts as one';
comment on column syncd.change.first_event_at is 'When the oldest of them was written';
comment on column syncd.change.last_event_at is 'When the newest of them was written';
comment on column syncd.change.news_at is 'When the oldest event since the claim was written; null when there is none';
comment on column syncd.change.due_at is 'May be claimed from this moment: due time, back-off and end of the lease in one';
comment on column syncd.change.deliveries is 'Times claimed; counts even when the process died; dead at 20';
comment on column syncd.change.failures is 'Attempts for which the row is to blame; dead at 8';
comment on column syncd.change.claimed_by is 'The node that holds it';
comment on column syncd.change.claim_token is 'Random number of this claim: only its holder can settle it';
comment on column syncd.change.last_error is 'Why the last failed attempt failed, in plain words';
comment on column syncd.change.last_error_at is 'When it failed';

create table syncd.link (
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null check (kind in ('product')),
  key text not null,
  gid text not null check (gid like 'gid://shopify/%'),
  known jsonb not null,
  digest text not null check (digest ~ '^[0-9a-f]{64}$'),
  files jsonb not null default '{}',
  published_at timestamptz,
  created_at timestamptz not null default syncd.clock(),
  accepted_at timestamptz not null default syncd.clock(),
  primary key (shop_id, kind, key),
  unique (shop_id, gid)
);
comment on table syncd.link is 'Backoffice key and Shopify GID that belong together, with what Shopify last accepted from us';
comment on column syncd.link.shop_id is 'The shop';
comment on column syncd.link.kind is 'What sort of thing';
comment on column syncd.link.key is 'Its Backoffice id';
comment on column syncd.link.gid is 'Its Shopify id';
comment on column syncd.link.known is 'The canonical form that Shopify last accepted from us';
comment on column syncd.link.digest is 'sha256 of known, in hex';
comment on column syncd.link.files is 'Picture (address and version) to file GID, so that an unchanged picture keeps its file';
comment on column syncd.link.published_at is 'When it was published to the shop''s publications; null: not yet';
comment on column syncd.link.created_at is 'When the link was made';
comment on column syncd.link.accepted_at is 'When Shopify last accepted a write of ours';

create table syncd.variant_link (
  shop_id integer not null,
  kind text not null default 'product' check (kind = 'product'),
  product_key text not null,
  variant_key text not null,
  gid text not null check (gid like 'gid://shopify/ProductVariant/%'),
  inventory_item text not null check (inventory_item like 'gid://shopify/InventoryItem/%'),
  primary key (shop_id, product_key, variant_key),
  unique (shop_id, gid),
  foreign key (shop_id, kind, product_key) references syncd.link on delete cascade
);
comment on table syncd.variant_link is 'The variants of a linked product';
comment on column syncd.variant_link.shop_id is 'The shop';
comment on column syncd.variant_link.kind is 'Always product: the kind of the link above it';
comment on column syncd.variant_link.product_key is 'Backoffice id of the product';
comment on column syncd.variant_link.variant_key is 'Backoffice id of the variant';
comment on column syncd.variant_link.gid is 'Shopify id of the variant';
comment on column syncd.variant_link.inventory_item is 'Shopify id of the variant''s inventory item';

create table syncd.history (
  history_id bigint generated always as identity primary key,
  shop_id integer not null references syncd.shop on delete cascade,
  kind text not null,
  key text not null,
  gid text not null,
  writes text[] not null,
  before jsonb,
  after jsonb not null,
  events bigint not null,
  first_event_at timestamptz not null,
  accepted_at timestamptz not null,
  settled_at timestamptz not null default syncd.clock()
);
create index history_key on syncd.history (shop_id, kind, key, history_id);
create index history_shop on syncd.history (shop_id, history_id);
create index history_time on syncd.history (settled_at);
comment on table syncd.history is 'Each write that Shopify accepted: what we knew before and what stands after';
comment on column syncd.history.history_id is 'Number of the row, in order of settling';
comment on column syncd.history.shop_id is 'The shop';
comment on column syncd.history.kind is 'What sort of thing';
comment on column syncd.history.key is 'Its Backoffice id';
comment on column syncd.history.gid is 'Its Shopify id';
comment on column syncd.history.writes is 'The documents sent, in order';
comment on column syncd.history.before is 'The canonical form known before; null when it was new';
comment on column syncd.history.after is 'The canonical form Shopify accepted';
comment on column syncd.history.events is 'Events that this write answered';
comment on column syncd.history.first_event_at is 'When the oldest of them was written';
comment on column syncd.history.accepted_at is 'When Shopify''s answer arrived';
comment on column syncd.history.settled_at is 'When it was written down';

create table syncd.node (
  name text primary key,
  started_at timestamptz not null default syncd.clock(),
  seen_at timestamptz not null default syncd.clock()
) with (fillfactor = 50);
comment on table syncd.node is 'Daemons that run or ran';
comment on column syncd.node.name is 'Host and process';
comment on column syncd.node.started_at is 'When it started';
comment on column syncd.node.seen_at is 'Its last sign of life';

create view syncd.backlog as
select
  s.shop_id,
  s.domain,
  s.state,
  s.enabled,
  s.paused_until,
  s.paused_reason,
  count(c.change_id) filter (where c.state <> 'dead') as waiting,
  count(c.change_id) filter (where c.state <> 'dead' and c.due_at <= syncd.clock()) as due,
  count(c.change_id) filter (where c.state = 'claimed' and c.due_at > syncd.clock()) as in_flight,
  count(c.change_id) filter (where c.state = 'due' and c.due_at > syncd.clock()) as retrying,
  count(c.change_id) filter (where c.state = 'dead') as dead,
  min(c.first_event_at) filter (where c.state <> 'dead') as oldest_event_at,
  (select count(*) from syncd.link l where l.shop_id = s.shop_id) as linked
from syncd.shop s
left join syncd.change c on c.shop_id = s.shop_id
group by s.shop_id;
comment on view syncd.backlog is 'What waits, by shop: the one truth for psql, syncd status and the console';
comment on column syncd.backlog.shop_id is 'The shop';
comment on column syncd.backlog.domain is 'Its address';
comment on column syncd.backlog.state is 'unlinked or linked';
comment on column syncd.backlog.enabled is 'Whether changes are sent';
comment on column syncd.backlog.paused_until is 'Left alone until then';
comment on column syncd.backlog.paused_reason is 'Why';
comment on column syncd.backlog.waiting is 'Changes not yet accepted, the dead left out';
comment on column syncd.backlog.due is 'Of these, may be claimed now; also those whose lease ran out';
comment on column syncd.backlog.in_flight is 'Of these, claimed by a node';
comment on column syncd.backlog.retrying is 'Of these, waiting out a back-off';
comment on column syncd.backlog.dead is 'Changes that wait for a person or a new event';
comment on column syncd.backlog.oldest_event_at is 'The oldest event that waits';
comment on column syncd.backlog.linked is 'Products linked';

create view syncd.last_error as
select distinct on (shop_id)
  shop_id,
  kind,
  key,
  state,
  last_error as error,
  last_error_at as failed_at,
  failures,
  deliveries,
  due_at
from syncd.change
where last_error is not null
order by shop_id, state = 'dead' desc, last_error_at desc, change_id desc;
comment on view syncd.last_error is
  'The newest error of each shop among changes not yet accepted; one that is dead goes before those that will be retried';
comment on column syncd.last_error.shop_id is 'The shop';
comment on column syncd.last_error.kind is 'What sort of thing failed';
comment on column syncd.last_error.key is 'Its Backoffice id';
comment on column syncd.last_error.state is 'dead: waits for a person or a new event; due or claimed: tried again';
comment on column syncd.last_error.error is 'Why it failed, in plain words';
comment on column syncd.last_error.failed_at is 'When it failed';
comment on column syncd.last_error.failures is 'Attempts for which the row is to blame';
comment on column syncd.last_error.deliveries is 'Times claimed';
comment on column syncd.last_error.due_at is 'When it is tried again; means nothing for a dead one';

create view syncd.router_lag as
select
  r.moved,
  r.at as moved_at,
  w.waiting_since,
  coalesce(greatest(extract(epoch from syncd.clock() - w.waiting_since), 0), 0)::float8 as lag_s
from syncd.router r
cross join lateral (
  select least(
    (select o.created_at from syncd.outbox o where o.xid >= pg_snapshot_xmax(r.snap) order by o.xid, o.event_id limit 1),
    (select min(o.created_at) from syncd.outbox o where o.xid = any(array(select pg_snapshot_xip(r.snap))))
  ) as waiting_since
) as w
where r.name = 'main';
comment on view syncd.router_lag is 'How far the router is behind; cheap, since it looks at the first event that waits only';
comment on column syncd.router_lag.moved is 'Events moved so far';
comment on column syncd.router_lag.moved_at is 'When it last moved';
comment on column syncd.router_lag.waiting_since is 'When the first event that waits was written; null when none does';
comment on column syncd.router_lag.lag_s is 'Seconds since then, 0 when none waits';

grant usage on schema syncd to public;
revoke all on function syncd.enqueue(text, text, text[], text[]) from public;
grant execute on function syncd.enqueue(text, text, text[], text[]) to public;
