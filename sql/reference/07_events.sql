-- The reference Backoffice, 7 of 7: each change is told to syncd's outbox in its own transaction. Repeatable.
--
-- How. After a statement, `new except old` of the columns that the views show gives what truly changed: an update that
-- changes nothing tells nothing, one that is rolled back neither. Never join the two: the plan made for one row is
-- kept, and with 100,000 rows it runs for minutes. Above 5,000 products one event stands for all of the account. Where
-- a row may move, such as a variant to another product, `new except old` gives the place it came to; a row trigger that
-- fires only when somebody sets that column tells of the place it left.
-- Fast. The tables a till touches all day (product, price, stock) first see whether one row stands against one row,
-- which is cheap under any plan. Look-ups go through `any(array(…))`: one plan is kept, by index even if it was made
-- while the tables were empty (enable_seqscan).
-- Who waits. Nobody: captures read, and add rows to syncd.outbox; they lock no row that another transaction may want.
-- When. Always, also under session_replication_role = replica: there foreign keys are not checked and rows come in any
-- order, hence the triggers for inserted stores and deleted values, which an ordinary session gives no work.

create or replace function retail.keys(ids bigint[]) returns text[]
  language sql immutable parallel safe
  return case when cardinality(ids) > 5000 then '{*}' else ids::text[] end;
comment on function retail.keys(bigint[]) is 'Ids as the keys of events; above 5,000 the one that stands for all';

create or replace function retail.tell_everything() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  is_filled boolean;
begin
  execute format('select exists (select from %s)', tg_relid::regclass) into is_filled;
  if is_filled then
    perform syncd.enqueue(a.account_id, tg_argv[0], '{*}', '{}')
    from (
      select account_id from retail.account
      union
      select account_id from retail.product  -- under session_replication_role = replica it may outlive its account
    ) as a;
  end if;
  return null;
end $$;
comment on function retail.tell_everything() is
  'TRUNCATE of a table with rows: every key of this kind, of every account';

create or replace function retail.tell_moved() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  case tg_table_name
    when 'product' then
      perform syncd.enqueue(old.account_id, 'product', array[old.product_id::text], '{deleted}');
      perform syncd.enqueue(new.account_id, 'product', array[new.product_id::text], '{created}');
    when 'stock' then
      perform syncd.enqueue(old.account_id, 'stock', array[old.variant_id::text], '{quantity}');
    when 'barcode', 'price' then
      perform syncd.enqueue(p.account_id, 'product', array[p.product_id::text], '{}')
      from retail.variant v
      join retail.product p on p.product_id = v.product_id
      where v.variant_id = old.variant_id;
    else
      perform syncd.enqueue(p.account_id, 'product', array[p.product_id::text], '{}')
      from retail.product p
      where p.product_id = old.product_id;
  end case;
  return null;
end $$;
comment on function retail.tell_moved() is
  'Tells of the place that a row left: the account, product or variant it belonged to';

create or replace function retail.product_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue(t.account_id, 'product', retail.keys(array_agg(t.product_id)),
    array[case tg_op when 'INSERT' then 'created' else 'deleted' end])
  from touched t
  group by t.account_id;
  return null;
end $$;
comment on function retail.product_touched() is 'Tells of products that are new or gone';

create or replace function retail.product_updated() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue(c.account_id, 'product', array[c.product_id::text], c.changed)
  from (
    select
      n.account_id,
      n.product_id,
      array_remove(array[
        case when n.description_html is distinct from o.description_html then 'description' end,
        case when n.vat_code <> o.vat_code then 'price' end,
        case when n.is_active <> o.is_active then 'status' end,
        case when n.title <> o.title then 'title' end,
        case when n.store_id <> o.store_id then 'vendor' end
      ], null) as changed
    from
      (select * from new_rows limit 1) as n,
      (select * from old_rows limit 1) as o
    where not exists (select from new_rows offset 1)
  ) as c
  where c.changed <> '{}';
  if found then
    return null;
  end if;

  if exists (select from new_rows offset 5000) then  -- too many to say of each what changed
    perform syncd.enqueue(d.account_id, 'product', retail.keys(array_agg(d.product_id)), '{}')
    from (
      select account_id, product_id, title, description_html, is_active, store_id, vat_code from new_rows
      except
      select account_id, product_id, title, description_html, is_active, store_id, vat_code from old_rows
    ) as d
    group by d.account_id;
  elsif exists (select from new_rows offset 1) then  -- before and after of each side by side
    perform syncd.enqueue(c.account_id, 'product', array_agg(c.product_id::text), c.changed)
    from (
      select
        min(b.account_id) as account_id,
        b.product_id,
        array_remove(array[
          case when count(b.description_html) = 1 or min(b.description_html) <> max(b.description_html)
            then 'description' end,
          case when min(b.vat_code) <> max(b.vat_code) then 'price' end,
          case when bool_and(b.is_active) <> bool_or(b.is_active) then 'status' end,
          case when min(b.title) <> max(b.title) then 'title' end,
          case when min(b.store_id) <> max(b.store_id) then 'vendor' end
        ], null) as changed
      from (
        select account_id, product_id, title, description_html, is_active, store_id, vat_code from new_rows
        union all
        select account_id, product_id, title, description_html, is_active, store_id, vat_code from old_rows
      ) as b
      group by b.product_id
    ) as c
    where c.changed <> '{}'
    group by c.account_id, c.changed;
  end if;
  return null;
end $$;
comment on function retail.product_updated() is
  'Tells of changed products, and what: title, description, status, vendor, price (its VAT); updated_at is not told of';

create or replace function retail.option_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select d.product_id
      from (
        select product_id, position, name from new_rows
        except
        select product_id, position, name from old_rows
      ) as d
    ))
    group by p.account_id;
  else
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select product_id from touched
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.option_touched() is 'Tells of the products of options';

create or replace function retail.option_value_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select d.product_id
      from (
        select product_id, option_value_id, value from new_rows
        except
        select product_id, option_value_id, value from old_rows
      ) as d
    ))
    group by p.account_id;
  else
    -- matters only to variants that have the value already, or still
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select v.product_id
      from retail.variant v
      where v.product_id = any(array(select product_id from touched))
        and array[v.option1_value_id, v.option2_value_id, v.option3_value_id]
          && array(select option_value_id from touched)
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.option_value_touched() is
  'Tells of the products of renamed values; a new one matters only once a variant has it';

create or replace function retail.variant_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select d.product_id
      from (
        select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id, sku, is_tracked,
          image_id, is_blocked from new_rows
        except
        select product_id, variant_id, position, option1_value_id, option2_value_id, option3_value_id, sku, is_tracked,
          image_id, is_blocked from old_rows
      ) as d
    ))
    group by p.account_id;
  else
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select product_id from touched
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.variant_touched() is 'Tells of the products of variants';

create or replace function retail.barcode_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select v.product_id
      from retail.variant v
      where v.variant_id = any(array(
        select n.variant_id
        from (
          select variant_id, code from new_rows where is_primary
          except
          select variant_id, code from old_rows where is_primary
        ) as n
        union all
        select o.variant_id
        from (
          select variant_id, code from old_rows where is_primary
          except
          select variant_id, code from new_rows where is_primary
        ) as o
      ))
    ))
    group by p.account_id;
  else
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{variants}')
    from retail.product p
    where p.product_id = any(array(
      select v.product_id
      from retail.variant v
      where v.variant_id = any(array(
        select variant_id from touched where is_primary
      ))
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.barcode_touched() is 'Tells of primary barcodes; the others stay in the Backoffice';

create or replace function retail.price_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(n.account_id, 'product', array[v.product_id::text], '{price}')
    from
      (
        select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until
        from new_rows
        limit 1
      ) as n,
      (
        select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until
        from old_rows
        limit 1
      ) as o,
      retail.variant v
    where not exists (select from new_rows offset 1)
      and n is distinct from o
      and v.variant_id = n.variant_id;
    if found then
      return null;
    elsif not exists (select from new_rows offset 1) then
      return null;
    end if;
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{price}')
    from retail.product p
    where p.product_id = any(array(
      select v.product_id
      from retail.variant v
      where v.variant_id = any(array(
        select d.variant_id
        from (
          select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from new_rows
          except
          select variant_id, account_id, department_id, list_price, offer_price, offer_from, offer_until from old_rows
        ) as d
      ))
    ))
    group by p.account_id;
  else
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{price}')
    from retail.product p
    where p.product_id = any(array(
      select v.product_id
      from retail.variant v
      where v.variant_id = any(array(
        select variant_id from touched
      ))
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.price_touched() is
  'Tells of prices; an offer that begins or ends by the clock touches no row and is found by syncd';

create or replace function retail.image_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{images}')
    from retail.product p
    where p.product_id = any(array(
      select d.product_id
      from (
        select product_id, image_id, position, address, alt, version from new_rows
        except
        select product_id, image_id, position, address, alt, version from old_rows
      ) as d
    ))
    group by p.account_id;
  else
    perform syncd.enqueue(p.account_id, 'product', retail.keys(array_agg(p.product_id)), '{images}')
    from retail.product p
    where p.product_id = any(array(
      select product_id from touched
    ))
    group by p.account_id;
  end if;
  return null;
end $$;
comment on function retail.image_touched() is 'Tells of pictures';

create or replace function retail.store_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(n.account_id, 'product', '{*}', '{vendor}')
    from (
      select distinct c.account_id
      from (select account_id, store_id, name from new_rows except select account_id, store_id, name from old_rows) as c
    ) as n;
  else
    perform syncd.enqueue(p.account_id, 'product', '{*}', '{vendor}')
    from (
      select distinct account_id
      from retail.product
      where store_id = any(array(select store_id from touched))
    ) as p;
  end if;
  return null;
end $$;
comment on function retail.store_touched() is
  'Tells of all products of the retailer: those just being added to a renamed store by others cannot be seen';

create or replace function retail.account_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(n.account_id, 'product', '{*}', '{price}')
    from (select account_id, currency from new_rows except select account_id, currency from old_rows) as n;
  else
    perform syncd.enqueue(t.account_id, 'product', '{*}', '{price}')
    from touched t
    where exists (select from retail.price r where r.account_id = t.account_id);
  end if;
  return null;
end $$;
comment on function retail.account_touched() is 'Tells of all products of a retailer whose currency changed';

create or replace function retail.vat_code_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if exists (select vat_code, percent from new_rows except select vat_code, percent from old_rows) then
      perform syncd.enqueue(a.account_id, 'product', '{*}', '{price}')
      from retail.account a;
    end if;
  else
    perform syncd.enqueue(p.account_id, 'product', '{*}', '{price}')
    from (
      select distinct account_id
      from retail.product
      where vat_code = any(array(select vat_code from touched))
    ) as p;
  end if;
  return null;
end $$;
comment on function retail.vat_code_touched() is 'Tells of all products of every retailer when a rate of VAT changed';

create or replace function retail.stock_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(n.account_id, 'stock', array[n.variant_id::text], '{quantity}')
    from
      (select account_id, warehouse_id, variant_id, quantity from new_rows limit 1) as n,
      (select account_id, warehouse_id, variant_id, quantity from old_rows limit 1) as o
    where not exists (select from new_rows offset 1)
      and n is distinct from o;
    if found then
      return null;
    elsif not exists (select from new_rows offset 1) then
      return null;
    end if;
    perform syncd.enqueue(d.account_id, 'stock', retail.keys(array_agg(distinct d.variant_id)), '{quantity}')
    from (
      select account_id, warehouse_id, variant_id, quantity from new_rows
      except
      select account_id, warehouse_id, variant_id, quantity from old_rows
    ) as d
    group by d.account_id;
  else
    perform syncd.enqueue(t.account_id, 'stock', retail.keys(array_agg(distinct t.variant_id)), '{quantity}')
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
    perform syncd.enqueue(d.account_id, 'order', retail.keys(array_agg(d.order_id order by d.order_id)), '{completed}')
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
    perform syncd.enqueue(t.account_id, 'order', retail.keys(array_agg(t.order_id order by t.order_id)), '{completed}')
    from touched t
    where t.completed_at is not null
      and t.external_ref is not null
    group by t.account_id;
  end if;
  return null;
end $$;
comment on function retail.order_touched() is 'Tells of completed orders that came from the shop';

create or replace function retail.order_line_touched() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
begin
  if tg_op = 'UPDATE' then
    perform syncd.enqueue(o.account_id, 'order', retail.keys(array_agg(o.order_id order by o.order_id)), '{completed}')
    from retail.sales_order o
    where o.order_id = any(array(
        select d.order_id
        from (
          select order_id, external_ref, handed_over from new_rows
          except
          select order_id, external_ref, handed_over from old_rows
        ) as d
      ))
      and o.completed_at is not null
      and o.external_ref is not null
    group by o.account_id;
  else
    perform syncd.enqueue(o.account_id, 'order', retail.keys(array_agg(o.order_id order by o.order_id)), '{completed}')
    from retail.sales_order o
    where o.order_id = any(array(
        select order_id from touched where handed_over is not null
      ))
      and o.completed_at is not null
      and o.external_ref is not null
    group by o.account_id;
  end if;
  return null;
end $$;
comment on function retail.order_line_touched() is 'Tells of completed orders of which other quantities were handed over';

-- The triggers themselves: transition tables allow one event a trigger, hence up to four a table.
do $$
declare
  watched record;
  told record;
begin
  for watched in
    select t.name, t.function, t.updated, t.kind
    from (
      values
        ('product', 'product_touched', 'product_updated', 'product'),
        ('product_option', 'option_touched', 'option_touched', 'product'),
        ('option_value', 'option_value_touched', 'option_value_touched', 'product'),
        ('variant', 'variant_touched', 'variant_touched', 'product'),
        ('barcode', 'barcode_touched', 'barcode_touched', 'product'),
        ('price', 'price_touched', 'price_touched', 'product'),
        ('image', 'image_touched', 'image_touched', 'product'),
        ('store', 'store_touched', 'store_touched', 'product'),
        ('account', 'account_touched', 'account_touched', 'product'),
        ('vat_code', 'vat_code_touched', 'vat_code_touched', 'product'),
        ('stock', 'stock_touched', 'stock_touched', 'stock'),
        ('sales_order', 'order_touched', 'order_touched', 'order'),
        ('sales_order_line', 'order_line_touched', 'order_line_touched', 'order')
    ) as t (name, function, updated, kind)
  loop
    for told in
      select e.name, e.clauses
      from (
        values
          ('tell_insert', format('after insert on retail.%I referencing new table as touched
            for each statement execute function retail.%I()', watched.name, watched.function)),
          ('tell_update', format('after update on retail.%I referencing old table as old_rows new table as new_rows
            for each statement execute function retail.%I()', watched.name, watched.updated)),
          ('tell_delete', format('after delete on retail.%I referencing old table as touched
            for each statement execute function retail.%I()', watched.name, watched.function)),
          ('tell_truncate', format('before truncate on retail.%I
            for each statement execute function retail.tell_everything(%L)', watched.name, watched.kind))
      ) as e (name, clauses)
      where not (watched.kind = 'order' and e.name in ('tell_delete', 'tell_truncate'))
    loop
      execute format('create or replace trigger %I %s', told.name, told.clauses);
      execute format('alter table retail.%I enable always trigger %I', watched.name, told.name);
    end loop;
  end loop;
end $$;

do $$
declare
  watched record;
begin
  for watched in
    select t.name, t.owner
    from (
      values
        ('product', 'account_id'), ('product_option', 'product_id'), ('variant', 'product_id'), ('image', 'product_id'),
        ('barcode', 'variant_id'), ('price', 'variant_id'), ('stock', 'variant_id'), ('stock', 'account_id')
    ) as t (name, owner)
  loop
    execute format('create or replace trigger tell_moved_%2$s after update of %2$I on retail.%1$I
      for each row when (old.%2$I is distinct from new.%2$I)
      execute function retail.tell_moved()', watched.name, watched.owner);
    execute format('alter table retail.%1$I enable always trigger tell_moved_%2$s', watched.name, watched.owner);
  end loop;
end $$;

-- Of a Backoffice made before.
drop function if exists retail.tell_variants(bigint[], text[]);
drop function if exists retail.tell_products(bigint[], text[]);
drop function if exists retail.tell(text, text, text[], text[]);
