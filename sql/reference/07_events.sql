-- The reference Backoffice, 7 of 7: each change is told to syncd's outbox in its own transaction. Repeatable.
-- How: after a statement, `new except old` of the columns that matter gives what truly changed, so an update that
-- changes nothing tells nothing, a rolled back one neither. Never join `new` with `old`: the plan made for one row
-- is kept, and with 100,000 rows it runs for minutes. An update needs two transition tables, an insert or a delete
-- one, hence three triggers a table; TRUNCATE has none and tells that everything changed.

create or replace function retail.tell(account_id text, kind text, keys text[], changed text[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if cardinality(keys) > 5000 then  -- one event that syncd expands is kinder than a flood
    keys := '{*}';
  end if;
  perform syncd.enqueue(account_id, kind, keys, changed);
end $$;
comment on function retail.tell(text, text, text[], text[]) is
  'Enqueue an event a key; above 5,000 keys one for all of the account';

create or replace function retail.tell_products(product_ids bigint[], changed text[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform retail.tell(p.account_id, 'product', array_agg(p.product_id::text order by p.product_id), changed)
  from retail.product p
  where p.product_id = any(product_ids)
  group by p.account_id;
end $$;
comment on function retail.tell_products(bigint[], text[]) is
  'Tell of products by number; those that are gone are left out, their own deletion told already';

create or replace function retail.tell_variants(variant_ids bigint[], changed text[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform retail.tell_products(
    array(select v.product_id from retail.variant v where v.variant_id = any(variant_ids)), changed
  );
end $$;
comment on function retail.tell_variants(bigint[], text[]) is 'Tell of the products of these variants';

create or replace function retail.tell_everything() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform retail.tell(a.account_id, tg_argv[0], '{*}', '{}')
  from retail.account a;
  return null;
end $$;
comment on function retail.tell_everything() is 'TRUNCATE: every key of this kind, of every account';

create or replace function retail.product_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_products(array_agg(c.product_id), c.changed)
    from (
      select d.product_id, array_agg(d.what order by d.what) as changed
      from (
        (select product_id, 'title' as what, title as value from new_rows
          except select product_id, 'title', title from old_rows)
        union all
        (select product_id, 'description', description_html from new_rows
          except select product_id, 'description', description_html from old_rows)
        union all
        (select product_id, 'status', is_active::text from new_rows
          except select product_id, 'status', is_active::text from old_rows)
        union all
        (select product_id, 'vendor', store_id::text from new_rows
          except select product_id, 'vendor', store_id::text from old_rows)
      ) as d
      group by d.product_id
    ) as c
    group by c.changed;
  else
    perform retail.tell(t.account_id, 'product', array_agg(t.product_id::text order by t.product_id),
      array[case tg_op when 'INSERT' then 'created' else 'deleted' end])
    from touched t
    group by t.account_id;
  end if;
  return null;
end $$;
comment on function retail.product_touched() is 'Tells of products: title, description, status, vendor, created, deleted';

create or replace function retail.store_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform retail.tell_products(
    array(
      select p.product_id
      from retail.product p
      where p.store_id = any(array(
        select d.store_id
        from (select store_id, name from new_rows except select store_id, name from old_rows) as d
      ))
    ),
    '{vendor}'
  );
  return null;
end $$;
comment on function retail.store_touched() is 'Tells of all products of a renamed store';

create or replace function retail.option_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_products(
      array(
        select d.product_id
        from (
          (select product_id, position, name from new_rows except select product_id, position, name from old_rows)
          union all
          (select product_id, position, name from old_rows except select product_id, position, name from new_rows)
        ) as d
      ),
      '{variants}'
    );
  else
    perform retail.tell_products(array(select product_id from touched), '{variants}');
  end if;
  return null;
end $$;
comment on function retail.option_touched() is 'Tells of the products of options';

create or replace function retail.option_value_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform retail.tell_products(
    array(
      select d.product_id
      from (
        select product_id, option_value_id, value from new_rows
        except select product_id, option_value_id, value from old_rows
      ) as d
    ),
    '{variants}'
  );
  return null;
end $$;
comment on function retail.option_value_touched() is
  'Tells of the products of renamed values; a new one matters only once a variant has it';

create or replace function retail.variant_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_products(
      array(
        select d.product_id
        from (
          (select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id,
              sku, is_tracked, image_id, is_blocked from new_rows
            except select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id,
              sku, is_tracked, image_id, is_blocked from old_rows)
          union all
          (select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id,
              sku, is_tracked, image_id, is_blocked from old_rows
            except select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id,
              sku, is_tracked, image_id, is_blocked from new_rows)
        ) as d
      ),
      '{variants}'
    );
  else
    perform retail.tell_products(array(select product_id from touched), '{variants}');
  end if;
  return null;
end $$;
comment on function retail.variant_touched() is 'Tells of the products of variants';

create or replace function retail.barcode_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_variants(
      array(
        select d.variant_id
        from (
          (select variant_id, code, is_primary from new_rows except select variant_id, code, is_primary from old_rows)
          union all
          (select variant_id, code, is_primary from old_rows except select variant_id, code, is_primary from new_rows)
        ) as d
        where d.is_primary
      ),
      '{variants}'
    );
  else
    perform retail.tell_variants(array(select variant_id from touched where is_primary), '{variants}');
  end if;
  return null;
end $$;
comment on function retail.barcode_touched() is 'Tells of primary barcodes; the others stay in the Backoffice';

create or replace function retail.price_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_variants(
      array(
        select d.variant_id
        from (
          (select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from new_rows
            except
            select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from old_rows)
          union all
          (select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from old_rows
            except
            select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from new_rows)
        ) as d
      ),
      '{price}'
    );
  else
    perform retail.tell_variants(array(select variant_id from touched), '{price}');
  end if;
  return null;
end $$;
comment on function retail.price_touched() is 'Tells of prices; an offer that begins or ends by the clock touches no row and is found by syncd';

create or replace function retail.image_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell_products(
      array(
        select d.product_id
        from (
          (select product_id, image_id, position, address, alt, version from new_rows
            except select product_id, image_id, position, address, alt, version from old_rows)
          union all
          (select product_id, image_id, position, address, alt, version from old_rows
            except select product_id, image_id, position, address, alt, version from new_rows)
        ) as d
      ),
      '{images}'
    );
  else
    perform retail.tell_products(array(select product_id from touched), '{images}');
  end if;
  return null;
end $$;
comment on function retail.image_touched() is 'Tells of pictures';

create or replace function retail.stock_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell(d.account_id, 'stock', array_agg(distinct d.variant_id::text), '{quantity}')
    from (
      select account_id, warehouse_id, variant_id, quantity from new_rows
      except select account_id, warehouse_id, variant_id, quantity from old_rows
    ) as d
    group by d.account_id;
  else
    perform retail.tell(t.account_id, 'stock', array_agg(distinct t.variant_id::text), '{quantity}')
    from touched t
    where t.quantity <> 0
      and exists (select from retail.variant v where v.variant_id = t.variant_id)
    group by t.account_id;
  end if;
  return null;
end $$;
comment on function retail.stock_touched() is 'Tells of counts, by variant; those that are gone are left out';

create or replace function retail.order_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform retail.tell(d.account_id, 'order', array_agg(d.order_id::text order by d.order_id), '{completed}')
    from (
      select account_id, order_id, external_ref, completed_at, tracking_company, tracking_number, tracking_url
      from new_rows
      except
      select account_id, order_id, external_ref, completed_at, tracking_company, tracking_number, tracking_url
      from old_rows
    ) as d
    where d.completed_at is not null
      and d.external_ref is not null
    group by d.account_id;
  else
    perform retail.tell(t.account_id, 'order', array_agg(t.order_id::text order by t.order_id), '{completed}')
    from touched t
    where t.completed_at is not null
      and t.external_ref is not null
    group by t.account_id;
  end if;
  return null;
end $$;
comment on function retail.order_touched() is 'Tells of completed orders that came from the shop';

-- The triggers themselves: insert, update, delete and truncate of each table, where they matter.
do $$
declare
  watched record;
begin
  for watched in
    select t.name, t.function, t.events, t.kind
    from (
      values
        ('product', 'product_touched', '{insert,update,delete,truncate}'::text[], 'product'),
        ('store', 'store_touched', '{update}', 'product'),
        ('product_option', 'option_touched', '{insert,update,delete,truncate}', 'product'),
        ('option_value', 'option_value_touched', '{update,truncate}', 'product'),
        ('variant', 'variant_touched', '{insert,update,delete,truncate}', 'product'),
        ('barcode', 'barcode_touched', '{insert,update,delete,truncate}', 'product'),
        ('price', 'price_touched', '{insert,update,delete,truncate}', 'product'),
        ('image', 'image_touched', '{insert,update,delete,truncate}', 'product'),
        ('stock', 'stock_touched', '{insert,update,delete,truncate}', 'stock'),
        ('sales_order', 'order_touched', '{insert,update}', 'order')
    ) as t (name, function, events, kind)
  loop
    if 'insert' = any(watched.events) then
      execute format('create or replace trigger tell_insert after insert on retail.%I referencing new table as touched
        for each statement execute function retail.%I()', watched.name, watched.function);
    end if;
    if 'update' = any(watched.events) then
      execute format('create or replace trigger tell_update after update on retail.%I
        referencing old table as old_rows new table as new_rows
        for each statement execute function retail.%I()', watched.name, watched.function);
    end if;
    if 'delete' = any(watched.events) then
      execute format('create or replace trigger tell_delete after delete on retail.%I referencing old table as touched
        for each statement execute function retail.%I()', watched.name, watched.function);
    end if;
    if 'truncate' = any(watched.events) then
      execute format('create or replace trigger tell_truncate before truncate on retail.%I
        for each statement execute function retail.tell_everything(%L)', watched.name, watched.kind);
    end if;
  end loop;
end $$;
