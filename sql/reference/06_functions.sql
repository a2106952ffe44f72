-- The reference Backoffice, 6 of 7: the functions of syncd's contract. Repeatable.
-- Each may be called twice with the same news; older news change nothing.

create or replace function syncd_contract.receive_stock(
  account_id text, warehouse_key text, variant_key text, quantity integer, counted_at timestamptz
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known record;
  since bigint;
  found_more integer;
begin
  insert into retail.stock (variant_id, account_id, warehouse_id, quantity)
  select v.variant_id, p.account_id, receive_stock.warehouse_key, 0
  from retail.variant v
  join retail.product p on p.product_id = v.product_id
  where v.variant_id::text = receive_stock.variant_key
    and p.account_id = receive_stock.account_id
  on conflict do nothing;

  select s.variant_id, s.quantity, s.counted_at
  into known
  from retail.stock s
  join retail.variant v on v.variant_id = s.variant_id
  where v.variant_id::text = receive_stock.variant_key
    and s.account_id = receive_stock.account_id
    and s.warehouse_id = receive_stock.warehouse_key
  for update of s;
  if not found then
    raise exception 'account % has no variant %', account_id, variant_key using errcode = 'foreign_key_violation';
  end if;
  if known.counted_at > counted_at then
    return;
  end if;

  select coalesce(sum(m.quantity), 0)
  into since
  from retail.movement m
  where m.variant_id = known.variant_id
    and m.account_id = receive_stock.account_id
    and m.warehouse_id = receive_stock.warehouse_key
    and m.occurred_at > receive_stock.counted_at;
  found_more := receive_stock.quantity - (known.quantity - since);
  if found_more <> 0 then
    insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason, occurred_at)
    values (known.variant_id, account_id, warehouse_key, found_more, 'count', counted_at);
  end if;
  update retail.stock s
  set counted_at = receive_stock.counted_at
  where s.variant_id = known.variant_id
    and s.account_id = receive_stock.account_id
    and s.warehouse_id = receive_stock.warehouse_key
    and s.counted_at is distinct from receive_stock.counted_at;
end $$;
comment on function syncd_contract.receive_stock(text, text, text, integer, timestamptz) is
  'Set a count as of a moment: the difference becomes a movement, later movements stay';

create or replace function syncd_contract.receive_customer(account_id text, customer jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  kept bigint;
begin
  if coalesce(customer ->> 'id', '') = '' then
    raise exception 'a customer needs an id' using errcode = 'not_null_violation';
  end if;
  insert into retail.customer as c (account_id, external_ref, name, email, phone, created_at, updated_at)
  select
    receive_customer.account_id,
    n.id,
    coalesce(n.name, ''),
    n.email,
    n.phone,
    coalesce(n.created_at, n.updated_at),
    n.updated_at
  from jsonb_to_record(receive_customer.customer) as n (
    id text, name text, email text, phone text, created_at timestamptz, updated_at timestamptz
  )
  on conflict on constraint customer_account_id_external_ref_key do update set
    name = case when excluded.updated_at > c.updated_at then excluded.name else c.name end,
    email = case when excluded.updated_at > c.updated_at then excluded.email else c.email end,
    phone = case when excluded.updated_at > c.updated_at then excluded.phone else c.phone end,
    updated_at = greatest(c.updated_at, excluded.updated_at)
  returning c.customer_id into kept;
  return kept::text;
end $$;
comment on function syncd_contract.receive_customer(text, jsonb) is
  'Add or renew a customer; the newer updated_at wins; returns our key';

create or replace function syncd_contract.receive_order(account_id text, "order" jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  news record;
  kept bigint;
  buyer text;
begin
  select n.id, n.number, n.ordered_at, n.updated_at, n.cancelled_at, n.currency, n.total, n.customer, n.lines
  into news
  from jsonb_to_record("order") as n (
    id text, number text, ordered_at timestamptz, updated_at timestamptz, cancelled_at timestamptz,
    currency text, total numeric, customer jsonb, lines jsonb
  );
  if coalesce(news.id, '') = '' then
    raise exception 'an order needs its id' using errcode = 'not_null_violation';
  end if;
  if jsonb_typeof(news.customer) = 'object' then
    buyer := syncd_contract.receive_customer(account_id, news.customer);
  end if;

  insert into retail.sales_order as o (
    account_id, external_ref, number, customer_id, ordered_at, updated_at, currency, total, cancelled_at
  )
  values (
    receive_order.account_id, news.id, coalesce(news.number, ''), buyer::bigint,
    news.ordered_at, news.updated_at, news.currency, news.total, news.cancelled_at
  )
  on conflict on constraint sales_order_account_id_external_ref_key do update set
    number = excluded.number,
    customer_id = coalesce(excluded.customer_id, o.customer_id),
    updated_at = excluded.updated_at,
    total = excluded.total,
    cancelled_at = excluded.cancelled_at
  where excluded.updated_at > o.updated_at
  returning o.order_id into kept;

  if kept is null then
    select o.order_id
    into kept
    from retail.sales_order o
    where o.account_id = receive_order.account_id
      and o.external_ref = news.id;
    return kept::text;
  end if;

  delete from retail.sales_order_line
  where order_id = kept;
  insert into retail.sales_order_line (order_id, external_ref, variant_id, sku, title, quantity, unit_price)
  select kept, l.id, v.variant_id, l.sku, coalesce(l.title, ''), l.quantity, l.unit_price
  from jsonb_to_recordset(coalesce(news.lines, '[]')) as l (
    id text, variant_key text, sku text, title text, quantity integer, unit_price numeric
  )
  left join (
    retail.variant v
    join retail.product p on p.product_id = v.product_id
  ) on v.variant_id::text = l.variant_key and p.account_id = receive_order.account_id;
  return kept::text;
end $$;
comment on function syncd_contract.receive_order(text, jsonb) is
  'Add or renew an order with its lines; the newer updated_at wins; moves no stock; returns our key';

create or replace function syncd_contract.redact_customer(account_id text, customer jsonb) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  update retail.customer c
  set name = '', email = null, phone = null
  where c.account_id = redact_customer.account_id
    and (
      regexp_replace(c.external_ref, '^.*/', '') = regexp_replace(redact_customer.customer ->> 'id', '^.*/', '')
      or lower(c.email) = lower(redact_customer.customer ->> 'email')
      or (
        length(regexp_replace(redact_customer.customer ->> 'phone', '\D', '', 'g')) >= 7
        and regexp_replace(c.phone, '\D', '', 'g') = regexp_replace(redact_customer.customer ->> 'phone', '\D', '', 'g')
      )
    );
$$;
comment on function syncd_contract.redact_customer(text, jsonb) is
  'Forget a person by id, e-mail or telephone; orders stay, for the accounts, without a name';
