-- The reference Backoffice, 6 of 7: the functions of syncd's contract. Repeatable.
-- Each may be called twice with the same news; older news change nothing.

-- Of a Backoffice made before.
drop function if exists syncd_contract.receive_stock(text, text, text, integer, timestamptz);
drop function if exists syncd_contract.receive_stock(text, text, text, integer, integer);

create or replace function syncd_contract.receive_stock(
  account_id text, warehouse_key text, variant_key text, quantity integer, change_from_quantity integer
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known record;
begin
  insert into retail.stock (variant_id, account_id, warehouse_id, quantity)
  select v.variant_id, p.account_id, receive_stock.warehouse_key, 0
  from retail.variant v
  join retail.product p on p.product_id = v.product_id
  where v.variant_id::text = receive_stock.variant_key
    and p.account_id = receive_stock.account_id
  on conflict do nothing;

  select s.variant_id, s.quantity
  into known
  from retail.stock s
  where s.variant_id::text = receive_stock.variant_key
    and s.account_id = receive_stock.account_id
    and s.warehouse_id = receive_stock.warehouse_key
  for update of s;
  if not found then
    raise exception 'account % has no variant %', account_id, variant_key using errcode = 'foreign_key_violation';
  end if;
  if known.quantity = change_from_quantity and quantity <> change_from_quantity then
    insert into retail.movement (variant_id, account_id, warehouse_id, quantity, reason)
    values (known.variant_id, account_id, warehouse_key, receive_stock.quantity - known.quantity, 'shop');
  end if;
  -- Not the count that is there now: that may be the wanted one by chance, and the movement would be lost.
  return known.quantity = change_from_quantity;
end $$;
comment on function syncd_contract.receive_stock(text, text, text, integer, integer) is
  'Set a count that still is as it was seen; the difference becomes a movement. Returns whether it was so';

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

  delete from retail.sales_order_line l
  where l.order_id = news.order_id
    and not exists (
      select
      from jsonb_array_elements(coalesce("order" -> 'lines', '[]')) as n (line)
      where n.line ->> 'id' = l.external_ref
    );
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
  ) on v.variant_id::text = l.variant_key and p.account_id = receive_order.account_id
  on conflict on constraint sales_order_line_pkey do update
  set
    variant_id = excluded.variant_id,
    sku = excluded.sku,
    title = excluded.title,
    variant_title = excluded.variant_title,
    quantity = excluded.quantity,
    ordered_quantity = excluded.ordered_quantity,
    unit_price = excluded.unit_price,
    discount = excluded.discount,
    tax = excluded.tax,
    total = excluded.total,
    vat_percent = excluded.vat_percent;  -- what was handed over is the floor's
  return news.order_id::text;
end $$;
comment on function syncd_contract.receive_order(text, jsonb) is
  'Add or renew an order with its lines; older news change nothing; moves no stock; returns our key';

create or replace function retail.refuse(what text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '%', what using errcode = 'check_violation';
end $$;
comment on function retail.refuse(text) is 'Says why something cannot be held here';

create or replace function retail.received_keys(of_product bigint) returns jsonb
  language sql stable
  return jsonb_build_object(
    'key', of_product::text,
    'variants', (
      select coalesce(jsonb_object_agg(v.external_ref, v.variant_id::text), '{}')
      from retail.variant v
      where v.product_id = of_product
        and v.external_ref is not null
    )
  );
comment on function retail.received_keys(bigint) is 'The answer of receive_product: our keys, those of variants by Shopify''s ids';

create or replace function syncd_contract.receive_product(account_id text, department_key text, product jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  known retail.account;
  made retail.product;
  vat retail.vat_code;
begin
  -- What cannot be held is said in words; what the constraints refuse is refused whole.
  if coalesce(product ->> 'id', '') = '' then
    perform retail.refuse('a product needs an id');
  end if;
  select a.*
  into known
  from retail.account a
  where a.account_id = receive_product.account_id;
  if known.currency is distinct from product ->> 'currency' then
    perform retail.refuse(format('prices here are in %s, not in %s', known.currency, product ->> 'currency'));
  end if;
  if not exists (
    select
    from retail.department d
    where d.account_id = receive_product.account_id
      and d.department_id = department_key
  ) then
    perform retail.refuse(format('there is no department %s', department_key));
  end if;
  if coalesce(product ->> 'vendor', '') = '' then
    perform retail.refuse('it has no vendor, and a product belongs to a store');
  end if;
  if exists (
    select
    from jsonb_array_elements(product -> 'variants') as v
    where greatest((v ->> 'price')::numeric, (v ->> 'compare_at_price')::numeric) >= 1e9
  ) then
    perform retail.refuse('a price has more than nine digits');
  end if;

  insert into retail.store (account_id, name)
  values (receive_product.account_id, product ->> 'vendor')
  on conflict do nothing;
  select c.*
  into vat
  from retail.vat_code c
  where c.vat_code = case
    when exists (select from jsonb_array_elements(product -> 'variants') as v where (v ->> 'is_taxed')::boolean) then '3'
    else '5'
  end;
  -- Whoever is second with the same id waits here for the first, and finds its product.
  insert into retail.product (account_id, store_id, external_ref, title, description_html, vat_code, is_active)
  select
    s.account_id, s.store_id, product ->> 'id', product ->> 'title', product ->> 'description_html', vat.vat_code,
    (product ->> 'is_active')::boolean
  from retail.store s
  where s.account_id = receive_product.account_id
    and s.name = product ->> 'vendor'
  on conflict on constraint product_account_id_external_ref_key do nothing
  returning *
  into made;
  if made.product_id is null then
    return (
      select retail.received_keys(p.product_id)
      from retail.product p
      where p.account_id = receive_product.account_id
        and p.external_ref = product ->> 'id'
    );
  end if;

  insert into retail.product_option (product_id, position, name)
  select made.product_id, o.position, o.name
  from jsonb_array_elements_text(product -> 'options') with ordinality as o (name, position);

  insert into retail.option_value (product_id, option_position, value)
  select made.product_id, o.position, o.value
  from (
    select o.position, o.value, min(v.position) as first
    from jsonb_array_elements(product -> 'variants') with ordinality as v (given, position)
    cross join jsonb_array_elements_text(v.given -> 'option_values') with ordinality as o (value, position)
    group by o.position, o.value
  ) as o
  order by o.position, o.first;

  insert into retail.image (product_id, position, address, alt)
  select made.product_id, i.position, i.given ->> 'address', coalesce(i.given ->> 'alt', '')
  from jsonb_array_elements(product -> 'images') with ordinality as i (given, position);

  insert into retail.variant (
    product_id, position, option1_value_id, option2_value_id, option3_value_id, sku, is_tracked, image_id, external_ref
  )
  select
    made.product_id, v.position, v1.option_value_id, v2.option_value_id, v3.option_value_id, v.given ->> 'sku',
    (v.given ->> 'is_tracked')::boolean, i.image_id, v.given ->> 'id'
  from jsonb_array_elements(product -> 'variants') with ordinality as v (given, position)
  left join retail.option_value v1
    on v1.product_id = made.product_id and v1.option_position = 1 and v1.value = v.given -> 'option_values' ->> 0
  left join retail.option_value v2
    on v2.product_id = made.product_id and v2.option_position = 2 and v2.value = v.given -> 'option_values' ->> 1
  left join retail.option_value v3
    on v3.product_id = made.product_id and v3.option_position = 3 and v3.value = v.given -> 'option_values' ->> 2
  left join jsonb_array_elements(product -> 'images') as g (given) on g.given ->> 'id' = v.given ->> 'image'
  left join retail.image i on i.product_id = made.product_id and i.address = g.given ->> 'address'
  order by v.position;

  insert into retail.barcode (variant_id, code, is_primary)
  select v.variant_id, g.given ->> 'barcode', true
  from jsonb_array_elements(product -> 'variants') as g (given)
  join retail.variant v on v.product_id = made.product_id and v.external_ref = g.given ->> 'id'
  where g.given ->> 'barcode' is not null;

  -- A price to compare at is the ordinary price; the other one then is an offer that goes on.
  insert into retail.price (variant_id, account_id, department_id, list_price, offer_price)
  select
    v.variant_id,
    receive_product.account_id,
    department_key,
    round(coalesce(g.before, g.price) * g.factor, 2),
    case when g.before is not null then round(g.price * g.factor, 2) end
  from (
    select
      n.given ->> 'id' as id,
      (n.given ->> 'price')::numeric as price,
      (n.given ->> 'compare_at_price')::numeric as before,
      case when (product ->> 'prices_include_vat')::boolean then 1 else 1 + vat.percent / 100 end as factor
    from jsonb_array_elements(product -> 'variants') as n (given)
  ) as g
  join retail.variant v on v.product_id = made.product_id and v.external_ref = g.id;
  return retail.received_keys(made.product_id);
end $$;
comment on function syncd_contract.receive_product(text, text, jsonb) is
  'Add a product of the shop, with prices of one department; one that is known by its id stays as it is; returns our keys';

create or replace function retail.digits(said text) returns text
  language sql immutable parallel safe
  return regexp_replace(said, '\D', '', 'g');
comment on function retail.digits(text) is 'The digits of a telephone number, or of an id';

create or replace function syncd_contract.redact_customer(account_id text, customer jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  person record;
  found_ids bigint[];
begin
  select
    retail.digits(customer ->> 'id') as id,
    lower(customer ->> 'email') as email,
    case when length(retail.digits(customer ->> 'phone')) >= 7 then retail.digits(customer ->> 'phone') end as phone,
    array(
      select retail.digits(o.ref)
      from jsonb_array_elements_text(
        case jsonb_typeof(customer -> 'orders') when 'array' then customer -> 'orders' else '[]' end
      ) as o (ref)
    ) as orders
  into person;

  with forgotten as (
    update retail.customer c
    set name = '', email = null, phone = null
    where c.account_id = redact_customer.account_id
      and (
        retail.digits(c.external_ref) = person.id
        or lower(c.email) = person.email
        or retail.digits(c.phone) = person.phone
      )
    returning c.customer_id
  )
  select array_agg(f.customer_id)
  into found_ids
  from forgotten f;

  update retail.sales_order o
  set note = null, email = null, phone = null, shipping_address = null, billing_address = null
  where o.account_id = redact_customer.account_id
    and (
      o.customer_id = any(found_ids)
      or retail.digits(o.external_ref) = any(person.orders)
      or lower(o.email) = person.email
      or retail.digits(o.phone) = person.phone
    );
end $$;
comment on function syncd_contract.redact_customer(text, jsonb) is
  'Forget a person by id, e-mail, telephone or orders; orders stay, for the accounts, without the person';
