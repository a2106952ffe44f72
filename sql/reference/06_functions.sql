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
  news record;
  kept bigint;
  heir bigint;
begin
  select n.id, n.name, n.email, n.phone, n.created_at, n.updated_at, n.deleted, n.merged_into
  into news
  from jsonb_to_record(receive_customer.customer) as n (
    id text, name text, email text, phone text, created_at timestamptz, updated_at timestamptz,
    deleted boolean, merged_into text
  );
  if coalesce(news.id, '') = '' then
    raise exception 'a customer needs an id' using errcode = 'not_null_violation';
  end if;

  if news.deleted then
    select c.customer_id
    into heir
    from retail.customer c
    where c.account_id = receive_customer.account_id
      and c.external_ref = news.merged_into;
    update retail.customer c
    set
      deleted_at = coalesce(c.deleted_at, news.updated_at),
      merged_into = coalesce(heir, c.merged_into),
      updated_at = news.updated_at
    where c.account_id = receive_customer.account_id
      and c.external_ref = news.id
      and c.updated_at <= news.updated_at
    returning c.customer_id into kept;
    update retail.sales_order o
    set customer_id = heir
    where o.customer_id = kept
      and heir <> kept;
  else
    insert into retail.customer as c (account_id, external_ref, name, email, phone, created_at, updated_at)
    values (
      receive_customer.account_id, news.id, coalesce(news.name, ''), news.email, news.phone,
      coalesce(news.created_at, news.updated_at), news.updated_at
    )
    on conflict on constraint customer_account_id_external_ref_key do update set
      name = case when receive_customer.customer ? 'name' then excluded.name else c.name end,
      email = case when receive_customer.customer ? 'email' then excluded.email else c.email end,
      phone = case when receive_customer.customer ? 'phone' then excluded.phone else c.phone end,
      updated_at = excluded.updated_at,
      deleted_at = null,
      merged_into = null
    where excluded.updated_at >= c.updated_at
    returning c.customer_id into kept;
  end if;

  if kept is null then  -- older news, or of one who was never here
    select c.customer_id
    into kept
    from retail.customer c
    where c.account_id = receive_customer.account_id
      and c.external_ref = news.id;
  end if;
  return kept::text;
end $$;
comment on function syncd_contract.receive_customer(text, jsonb) is
  'Add, renew or end a customer; older news change nothing, a missing key leaves what was there; returns our key';

create or replace function syncd_contract.receive_order(account_id text, "order" jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  news retail.sales_order;
  is_new boolean;
  buyer text;
begin
  if coalesce("order" ->> 'id', '') = '' then
    raise exception 'an order needs its id' using errcode = 'not_null_violation';
  end if;
  if jsonb_typeof("order" -> 'customer') = 'object' then
    buyer := syncd_contract.receive_customer(account_id, "order" -> 'customer');
  end if;

  insert into retail.sales_order (account_id, external_ref, number, ordered_at, updated_at, currency, total)
  values (
    receive_order.account_id, "order" ->> 'id', coalesce("order" ->> 'number', ''),
    ("order" ->> 'ordered_at')::timestamptz, ("order" ->> 'updated_at')::timestamptz, "order" ->> 'currency',
    ("order" ->> 'total')::numeric
  )
  on conflict on constraint sales_order_account_id_external_ref_key do nothing;
  is_new := found;
  select o.*
  into news
  from retail.sales_order o
  where o.account_id = receive_order.account_id
    and o.external_ref = "order" ->> 'id'
  for update;
  if not is_new and news.updated_at > ("order" ->> 'updated_at')::timestamptz then
    return news.order_id::text;
  end if;

  -- What the news do not name stays as it is; what they say is null is null. Those columns of the table that the
  -- contract names alike take their values; the keys of the Backoffice itself are not among them.
  news := jsonb_populate_record(
    news,
    (
      select coalesce(jsonb_object_agg(n.key, n.value), '{}')
      from jsonb_each("order") as n
      where n.key in (
        'number', 'updated_at', 'total', 'cancelled_at', 'cancel_reason', 'tax', 'discount', 'shipping', 'payment_state',
        'fulfilment_state', 'delivery_method', 'note', 'email', 'phone', 'shipping_address', 'billing_address',
        'discount_codes', 'taxes', 'shipping_lines'
      )
    )
  );
  update retail.sales_order o
  set
    number = coalesce(news.number, ''),
    customer_id = coalesce(buyer::bigint, o.customer_id),
    updated_at = news.updated_at,
    total = news.total,
    cancelled_at = news.cancelled_at,
    cancel_reason = news.cancel_reason,
    tax = news.tax,
    discount = news.discount,
    shipping = news.shipping,
    payment_state = news.payment_state,
    fulfilment_state = news.fulfilment_state,
    delivery_method = news.delivery_method,
    note = news.note,
    email = news.email,
    phone = news.phone,
    shipping_address = news.shipping_address,
    billing_address = news.billing_address,
    discount_codes = news.discount_codes,
    taxes = news.taxes,
    shipping_lines = news.shipping_lines
  where o.order_id = news.order_id;

  delete from retail.sales_order_line
  where order_id = news.order_id;
  insert into retail.sales_order_line (
    order_id, external_ref, variant_id, sku, title, variant_title, quantity, ordered_quantity, unit_price, discount,
    tax, total, vat_percent
  )
  select
    news.order_id, l.id, v.variant_id, l.sku, coalesce(l.title, ''), l.variant_title, l.quantity,
    coalesce(l.ordered_quantity, l.quantity), l.unit_price, l.discount, l.tax, l.total, l.vat_percent
  from jsonb_to_recordset(coalesce("order" -> 'lines', '[]')) as l (
    id text, variant_key text, sku text, title text, variant_title text, quantity integer, ordered_quantity integer,
    unit_price numeric, discount numeric, tax numeric, total numeric, vat_percent numeric
  )
  left join (
    retail.variant v
    join retail.product p on p.product_id = v.product_id
  ) on v.variant_id::text = l.variant_key and p.account_id = receive_order.account_id;
  return news.order_id::text;
end $$;
comment on function syncd_contract.receive_order(text, jsonb) is
  'Add or renew an order with its lines; older news change nothing; moves no stock; returns our key';

create or replace function syncd_contract.redact_customer(account_id text, customer jsonb) returns void
  language sql security definer set search_path = pg_catalog, pg_temp as $$
  -- The orders first: what names the person there is found through the customer.
  update retail.sales_order o
  set email = null, phone = null, note = null, shipping_address = null, billing_address = null
  where o.account_id = redact_customer.account_id
    and (
      regexp_replace(o.external_ref, '^.*/', '') in (
        select regexp_replace(e.id, '^.*/', '')
        from jsonb_array_elements_text(
          case jsonb_typeof(redact_customer.customer -> 'orders') when 'array' then redact_customer.customer -> 'orders' else '[]' end
        ) as e (id)
      )
      or lower(o.email) = lower(redact_customer.customer ->> 'email')
      or o.customer_id in (
        select c.customer_id
        from retail.customer c
        where c.account_id = redact_customer.account_id
          and (
            regexp_replace(c.external_ref, '^.*/', '') = regexp_replace(redact_customer.customer ->> 'id', '^.*/', '')
            or lower(c.email) = lower(redact_customer.customer ->> 'email')
          )
      )
    );
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
