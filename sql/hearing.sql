-- What DBAs see and may call of the inbox. Repeatable; applied after surface.sql, dropped and made anew.

drop view if exists syncd.inbox_by_kind, syncd.inbox_dead;

create view syncd.inbox_by_kind as
select
  s.shop_id,
  s.domain,
  i.kind,
  count(*) filter (where i.state in ('due', 'claimed')) as waiting,
  count(*) filter (where i.state = 'due' and i.due_at > syncd.clock()) as retrying,
  count(*) filter (where i.state = 'claimed') as in_flight,
  count(*) filter (where i.state = 'dead') as dead,
  min(i.received_at) filter (where i.state in ('due', 'claimed')) as oldest_at
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.done_at is null
group by s.shop_id, i.kind;
comment on view syncd.inbox_by_kind is 'What Shopify told and waits, by shop and kind; what is done is left out';
comment on column syncd.inbox_by_kind.shop_id is 'The shop';
comment on column syncd.inbox_by_kind.domain is 'Its address';
comment on column syncd.inbox_by_kind.kind is 'stock, order, customer, privacy, app';
comment on column syncd.inbox_by_kind.waiting is 'Deliveries to be worked off, the dead left out';
comment on column syncd.inbox_by_kind.retrying is 'Of these, waiting out a back-off';
comment on column syncd.inbox_by_kind.in_flight is 'Of these, claimed by a node';
comment on column syncd.inbox_by_kind.dead is 'Deliveries that wait for a person';
comment on column syncd.inbox_by_kind.oldest_at is 'When the oldest of those that wait arrived';

create view syncd.inbox_dead as
select
  i.inbox_id,
  i.shop_id,
  s.domain,
  i.delivery_id,
  i.topic,
  i.kind,
  i.gid,
  i.received_at,
  i.last_error as error,
  i.last_error_at as died_at,
  i.failures,
  i.deliveries
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.done_at is null
  and i.state = 'dead';
comment on view syncd.inbox_dead is 'Deliveries that could not be worked off: they wait for a person (syncd.retry_inbox, syncd.skip_inbox)';
comment on column syncd.inbox_dead.inbox_id is 'Number of the delivery here';
comment on column syncd.inbox_dead.shop_id is 'The shop';
comment on column syncd.inbox_dead.domain is 'Its address';
comment on column syncd.inbox_dead.delivery_id is 'Shopify''s number of the delivery';
comment on column syncd.inbox_dead.topic is 'Shopify''s topic';
comment on column syncd.inbox_dead.kind is 'stock, order, customer, privacy, app';
comment on column syncd.inbox_dead.gid is 'Shopify''s id of what it concerns';
comment on column syncd.inbox_dead.received_at is 'When it arrived';
comment on column syncd.inbox_dead.error is 'Why it could not be worked off, in plain words';
comment on column syncd.inbox_dead.died_at is 'When the last attempt failed';
comment on column syncd.inbox_dead.failures is 'Attempts for which it is to blame';
comment on column syncd.inbox_dead.deliveries is 'Times claimed';

create or replace function syncd.retry_inbox(
  delivery bigint default null, shop text default null, kind text default null
) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
  touched bigint;
begin
  update syncd.inbox i
  set state = 'due', due_at = syncd.clock(), failures = 0, deliveries = 0
  where i.done_at is null
    and i.state = 'dead'
    and (retry_inbox.delivery is null or i.inbox_id = retry_inbox.delivery)
    and (of_shop is null or i.shop_id = of_shop)
    and (retry_inbox.kind is null or i.kind = retry_inbox.kind);
  get diagnostics touched = row_count;
  perform syncd.note('retry_inbox', of_shop, jsonb_build_object('delivery', delivery, 'kind', kind), touched);
  perform pg_notify('syncd', s.shop_id::text) from syncd.shop s where touched > 0 and (of_shop is null or s.shop_id = of_shop);
  return touched;
end $$;
comment on function syncd.retry_inbox(bigint, text, text) is
  'Make dead deliveries due again, with a clean slate: one (inbox_id), of a shop (its domain), of a kind, or all. Returns how many';

create or replace function syncd.skip_inbox(
  delivery bigint default null, shop text default null, kind text default null
) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  of_shop integer := syncd.number_of(shop);
  touched bigint;
begin
  update syncd.inbox i
  set
    state = 'done', outcome = 'skipped', done_at = syncd.clock(), body = null, last_error = null, last_error_at = null
  where i.done_at is null
    and i.state = 'dead'
    and (skip_inbox.delivery is null or i.inbox_id = skip_inbox.delivery)
    and (of_shop is null or i.shop_id = of_shop)
    and (skip_inbox.kind is null or i.kind = skip_inbox.kind)
    and (i.kind <> 'privacy' or skip_inbox.delivery is not null);
  get diagnostics touched = row_count;
  perform syncd.note('skip_inbox', of_shop, jsonb_build_object('delivery', delivery, 'kind', kind), touched);
  return touched;
end $$;
comment on function syncd.skip_inbox(bigint, text, text) is
  'Give dead deliveries up: one (inbox_id), of a shop (its domain), of a kind, or all; requests by law only one by one. Returns how many';

revoke all on function syncd.retry_inbox(bigint, text, text), syncd.skip_inbox(bigint, text, text) from public;
