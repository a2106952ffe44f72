-- The settings of a shop: who changed what, what a change makes due.
-- Locks: syncd.shop in access exclusive mode for a moment (a column without default, triggers). The rest is new.
-- Old code beside it: may run; what it changes is written down as well, and it asks for no compare that a setting wants.

create table syncd.setting_change (
  setting_change_id bigint generated always as identity primary key,
  shop_id integer not null,
  domain text not null,
  setting text not null check (setting <> ''),
  old text,
  new text,
  changed_by text not null check (changed_by <> ''),
  at timestamptz not null default syncd.clock(),
  constraint something_changed check (old is distinct from new)
);
create index setting_change_shop on syncd.setting_change (domain, setting_change_id);
comment on table syncd.setting_change is
  'Who changed which setting of a shop, from what to what, by whatever way; of secrets only that they changed. Kept for good, also when the shop is removed: then it is asked for';
comment on column syncd.setting_change.setting_change_id is 'Number of the row';
comment on column syncd.setting_change.shop_id is 'The shop; kept when that is removed';
comment on column syncd.setting_change.domain is 'Its address';
comment on column syncd.setting_change.setting is 'The setting, by its column in syncd.shop; shop: it was added, or removed';
comment on column syncd.setting_change.old is
  'Its value before; null: there was none, or it is a secret. Of a shop that is removed all settings but secrets, as JSON';
comment on column syncd.setting_change.new is 'Its value since; null: none. Of a secret: changed, or removed';
comment on column syncd.setting_change.changed_by is
  'Who did it: as the program said (the setting syncd.changed_by of its transaction), else the database user';
comment on column syncd.setting_change.at is 'When';

create function syncd.settings_of(shop syncd.shop) returns jsonb
  language sql stable parallel safe set search_path = pg_catalog
  return (
    select jsonb_object_agg(s.key, s.value)
    from jsonb_each(to_jsonb(shop)) as s
    where s.key = any(array[
      'account_id', 'app_secret', 'blocked_as', 'compare_every', 'credentials', 'enabled', 'first_counts', 'fulfil_orders',
      'guard_deletions', 'guard_inactive_percent', 'guard_price_fall_percent', 'guard_price_falls_percent',
      'guard_row_errors', 'guard_shrink_percent', 'guard_zero_percent', 'image_mode', 'inactive_as', 'location',
      'notify_customer', 'price_department', 'price_only_when_changed', 'publish_to', 'runs_by', 'stock_direction',
      'stock_warehouse', 'sync_customers', 'sync_description', 'sync_orders', 'sync_products', 'sync_stock',
      'unknown_variants', 'webhook_address', 'webhooks'
    ])
  );
comment on function syncd.settings_of(syncd.shop) is
  'What people set of a shop, by column, secrets sealed; a new setting is named here, and in syncd/rules/shop_settings.py';
revoke all on function syncd.settings_of(syncd.shop) from public;

create function syncd.note_settings() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  secrets constant text[] := array['credentials', 'app_secret'];
  who constant text := coalesce(nullif(current_setting('syncd.changed_by', true), ''), session_user);
begin
  if tg_op = 'INSERT' then
    insert into syncd.setting_change (shop_id, domain, setting, new, changed_by)
    values (new.shop_id, new.domain, 'shop', 'added', who);
  elsif tg_op = 'DELETE' then
    insert into syncd.setting_change (shop_id, domain, setting, old, new, changed_by)
    values (old.shop_id, old.domain, 'shop', (syncd.settings_of(old) - secrets)::text, 'removed', who);
  else
    insert into syncd.setting_change (shop_id, domain, setting, old, new, changed_by)
    select
      new.shop_id,
      new.domain,
      n.key,
      case when not s.is_secret then o.value end,
      case
        when not s.is_secret then n.value
        when n.value is null then 'removed'
        else 'changed'
      end,
      who
    from jsonb_each_text(syncd.settings_of(new)) as n
    join jsonb_each_text(syncd.settings_of(old)) as o
      on o.key = n.key
      and o.value is distinct from n.value
    cross join lateral (select n.key = any(secrets) as is_secret) as s
    where not (s.is_secret and coalesce(current_setting('syncd.resealing', true), '') = 'on')  -- another key, the same secret
    order by n.key;
  end if;
  return null;
end $$;
comment on function syncd.note_settings() is
  'Writes down each change of a shop''s settings, whoever makes it';
create trigger shop_settings_noted after insert or update or delete on syncd.shop
  for each row execute function syncd.note_settings();

alter table syncd.shop add column compare_asked_at timestamptz;
comment on column syncd.shop.compare_asked_at is
  'Since when a changed setting asks for a compare of the whole shop; null once that was asked for';

create function syncd.ask_compare() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.compare_asked_at := syncd.clock();
  return new;
end $$;
comment on function syncd.ask_compare() is
  'What these settings want can be told only from what the shop shows: it is compared as soon as may be';
create trigger shop_wants_compare
  before update of image_mode, unknown_variants, price_only_when_changed on syncd.shop
  for each row when (
    (old.image_mode, old.unknown_variants, old.price_only_when_changed)
      is distinct from (new.image_mode, new.unknown_variants, new.price_only_when_changed)
  ) execute function syncd.ask_compare();

create function syncd.relook(shop_id integer) returns bigint
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  due syncd.news[];
begin
  due := array(
    select row(relook.shop_id, 'product', k.key, '{}', 'resync', false, 1, syncd.clock(), syncd.clock())::syncd.news
    from (
      select l.key collate "C" as key
      from syncd.link l
      where l.shop_id = relook.shop_id
        and l.kind = 'product'
      union
      select c.key
      from syncd.change c
      where c.shop_id = relook.shop_id
        and c.kind = 'product'
    ) as k
  );
  if due <> '{}' then
    perform pg_notify('syncd', array_to_string(syncd.arm(due), ' '));
  end if;
  return cardinality(due);
end $$;
comment on function syncd.relook(integer) is
  'Make every linked product of a shop due, with those that wait or are dead, behind all else; returns how many there are';
revoke all on function syncd.relook(integer) from public;

create function syncd.tell_other_looks() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if old.account_id <> new.account_id then
    perform syncd.enqueue(new.account_id, 'product', '{*}', '{}');
  end if;
  perform syncd.relook(new.shop_id);
  return null;
end $$;
comment on function syncd.tell_other_looks() is
  'Products are to look otherwise from now on: each is held against what was sent last';
create trigger shop_looks_otherwise
  after update of account_id, price_department, sync_description, inactive_as, blocked_as, publish_to on syncd.shop
  for each row when (
    (old.account_id, old.price_department, old.sync_description, old.inactive_as, old.blocked_as, old.publish_to)
      is distinct from
      (new.account_id, new.price_department, new.sync_description, new.inactive_as, new.blocked_as, new.publish_to)
  ) execute function syncd.tell_other_looks();
comment on column syncd.run.asked_by is
  'Who asked for it; a schedule: compare_every; a changed setting: settings; what holds ordinary changes: guard';
