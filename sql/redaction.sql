-- Persons' data in syncd's own tables: found, rubbed out. Repeatable; applied after the migrations.
-- A new column that may hold a person's name, address, telephone is named here, and in tests/flows/test_obey.py, which
-- looks through every text of the schema afterwards.

create or replace function syncd.names(given text, needles text[], digits text) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog as $$
  select coalesce(
    exists (
      select
      from unnest(needles) as n (needle)
      where position(lower(n.needle) in lower(given)) > 0
    )
    or (digits <> '' and position(digits in regexp_replace(given, '[ ().-]', '', 'g')) > 0),
    false
  );
$$;
comment on function syncd.names(text, text[], text) is
  'Whether a text holds one of the needles, in any case, or a telephone number by its digits however it is written';
revoke all on function syncd.names(text, text[], text) from public;

create or replace function syncd.redact(of_shop integer, customer jsonb, orders text[], is_dry boolean) returns jsonb
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  gone constant text := 'rubbed out: a person asked to be forgotten';
  gids constant text[] := array(select 'gid://shopify/Order/' || o from unnest(orders) as o)
    || coalesce(array['gid://shopify/Customer/' || (customer ->> 'id')], '{}');
  needles constant text[] := array(
    select n
    from unnest(array[customer ->> 'email', customer ->> 'phone']) as n
    where length(n) >= 5
  );
  all_digits constant text := regexp_replace(coalesce(customer ->> 'phone', ''), '\D', '', 'g');
  digits constant text := case when length(all_digits) >= 7 then right(all_digits, 8) else '' end;
  found jsonb := '{}';
  ids bigint[];
  rows bigint;
begin
  -- Every step finds its rows first, so that a dry run counts what the other one changes.
  ids := array(
    select i.inbox_id
    from syncd.inbox i
    where i.shop_id = of_shop
      and i.kind <> 'privacy'
      and (i.body is not null or i.last_error is not null)
      and (i.gid = any(gids) or syncd.names(concat(i.body, i.last_error), needles, digits))
  );
  found := found || jsonb_build_object('inbox', cardinality(ids));
  if not is_dry then
    update syncd.inbox i
    set
      body = case when i.body is not null then '{}'::jsonb end,
      last_error = case when i.last_error is not null then gone end
    where i.inbox_id = any(ids);
  end if;

  -- Why the Backoffice refused a customer or an order, in its own words. The rows stay: they hold numbers alone.
  with named as materialized (
    select r.kind, r.gid
    from syncd.received r
    where r.shop_id = of_shop
      and r.last_error is not null
      and (r.gid = any(gids) or syncd.names(r.last_error, needles, digits))
  ),
  rubbed_out as (
    update syncd.received r
    set last_error = gone
    from named n
    where not is_dry
      and r.shop_id = of_shop
      and r.kind = n.kind
      and r.gid = n.gid
  )
  select count(*)
  into rows
  from named;
  found := found || jsonb_build_object('received', rows);

  ids := array(
    select c.change_id
    from syncd.change c
    where c.shop_id = of_shop
      and c.last_error is not null
      and syncd.names(concat(c.last_error, c.tried), needles, digits)
  );
  found := found || jsonb_build_object('change', cardinality(ids));
  if not is_dry then
    update syncd.change c
    set last_error = gone
    where c.change_id = any(ids);
  end if;

  ids := array(
    select a.audit_id
    from syncd.audit a
    where (a.shop_id is null or a.shop_id = of_shop)
      and syncd.names(a.given::text, needles, digits)
  );
  found := found || jsonb_build_object('audit', cardinality(ids));
  if not is_dry then
    update syncd.audit a
    set given = '{}'
    where a.audit_id = any(ids);
  end if;

  select count(*)
  into rows
  from syncd.shop s
  where s.shop_id = of_shop
    and s.paused_reason is not null
    and syncd.names(s.paused_reason, needles, digits);
  found := found || jsonb_build_object('shop', rows);
  if not is_dry and rows > 0 then
    update syncd.shop s
    set paused_reason = gone
    where s.shop_id = of_shop;
  end if;

  ids := array(
    select a.alert_id
    from syncd.alert a
    where (a.shop_id is null or a.shop_id = of_shop)
      and syncd.names(a.given::text, needles, digits)
  );
  found := found || jsonb_build_object('alert', cardinality(ids));
  if not is_dry then
    update syncd.alert a
    set given = (select jsonb_object_agg(v.name, case when syncd.names(v.value #>> '{}', needles, digits) then to_jsonb(gone) else v.value end)
      from jsonb_each(a.given) as v (name, value))
    where a.alert_id = any(ids);
  end if;
  return found;
end $$;
comment on function syncd.redact(integer, jsonb, text[], boolean) is
  'Rub out what syncd''s tables hold of a customer (id, email, phone) and of orders, by their numbers in Shopify; dry: only count. Returns rows by table';
revoke all on function syncd.redact(integer, jsonb, text[], boolean) from public;

create or replace function syncd.redact_shop(of_shop integer) returns jsonb
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  gone constant text := 'rubbed out: the app was removed from the shop';
  found jsonb := '{}';
  rows bigint;
begin
  delete from syncd.inbox i
  where i.shop_id = of_shop
    and i.kind in ('stock', 'order', 'customer');
  get diagnostics rows = row_count;
  found := found || jsonb_build_object('inbox', rows);
  update syncd.change c
  set last_error = gone
  where c.shop_id = of_shop
    and c.last_error is not null;
  get diagnostics rows = row_count;
  found := found || jsonb_build_object('change', rows);
  delete from syncd.alert a where a.shop_id = of_shop;
  get diagnostics rows = row_count;
  found := found || jsonb_build_object('alert', rows);
  delete from syncd.webhook w where w.shop_id = of_shop;
  delete from syncd.webhook_round r where r.shop_id = of_shop;
  delete from syncd.gap g where g.shop_id = of_shop;
  update syncd.shop s
  set enabled = false, webhooks = false
  where s.shop_id = of_shop;
  return found;
end $$;
comment on function syncd.redact_shop(integer) is
  'Rub out what syncd''s tables hold of a shop''s customers, and switch the shop off; returns rows by table';
revoke all on function syncd.redact_shop(integer) from public;
