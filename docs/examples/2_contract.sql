-- The till of 1_till.sql fulfils the contract of syncd: two columns to know Shopify's things by, the views, the functions.

alter table kasse.kunde
  add shopify_id text unique,
  add shopify_endret timestamptz;
alter table kasse.nettordre
  add shopify_id text unique,
  add shopify_endret timestamptz,
  add innhold jsonb;

create schema syncd_contract;

-- Questions come as text: with these a handful of products is found without reading the whole till.
create index artikkel_syncd_modell on kasse.artikkel ((modell::text)) where not slettet;
create index artikkel_syncd_artnr on kasse.artikkel ((artnr::text)) where not slettet;
create index beholdning_syncd on kasse.beholdning ((artnr::text));

-- The till has no table of products: a model is one. It is for sale while one of its articles is.
create view syncd_contract.product as
select
  'kasse'::text as account_id,
  a.modell::text as product_key,
  (array_agg(a.navn order by a.artnr))[1] as title,
  (array_agg(b.navn order by a.artnr))[1] as vendor,
  null::text as description_html,
  bool_or(not a.utgatt) as is_active,
  max(a.endret) at time zone 'Europe/Oslo' as updated_at
from kasse.artikkel a
join kasse.butikk b on b.nr = a.butikk
where not a.slettet
group by a.modell::text;

-- Colour and size are columns here. A model has those that one of its articles has, numbered without gaps.
create view syncd_contract.option as
select
  'kasse'::text as account_id,
  m.product_key,
  row_number() over (partition by m.product_key order by o.place)::integer as position,
  o.name
from (
  select
    a.modell::text as product_key,
    count(a.farge) > 0 as has_farge,
    count(a.storrelse) > 0 as has_storrelse
  from kasse.artikkel a
  where not a.slettet
  group by a.modell::text
) as m
cross join lateral (
  values (1, 'Farge', m.has_farge), (2, 'Størrelse', m.has_storrelse)
) as o (place, name, is_there)
where o.is_there;

create view syncd_contract.variant as
select
  'kasse'::text as account_id,
  a.modell::text as product_key,
  a.artnr::text as variant_key,
  a.artnr as position,
  case when m.has_farge then coalesce(a.farge, '–') when m.has_storrelse then coalesce(a.storrelse, '–') end as option1,
  case when m.has_farge and m.has_storrelse then coalesce(a.storrelse, '–') end as option2,
  null::text as option3,
  a.artnr::text as sku,
  a.ean as barcode,
  true as is_tracked,
  null::text as image_key,
  a.sperret as is_blocked
from kasse.artikkel a
cross join lateral (
  select count(s.farge) > 0 as has_farge, count(s.storrelse) > 0 as has_storrelse
  from kasse.artikkel s
  where s.modell::text = a.modell::text
    and not s.slettet
) as m
where not a.slettet;

-- A new picture takes the address of the old one: its time says that it is another.
create view syncd_contract.image as
select
  'kasse'::text as account_id,
  p.modell::text as product_key,
  p.nr::text as image_key,
  p.nr as position,
  p.adresse as address,
  null::text as alt,
  p.lastet_opp::text as version
from kasse.bilde p;

-- Øre become kroner, days become moments, the last day becomes the first moment after it. Of several campaigns the one
-- that holds or comes next: when it ends, syncd asks again.
create view syncd_contract.price as
select
  'kasse'::text as account_id,
  'utsalg'::text as department_key,
  a.artnr::text as variant_key,
  a.utpris_ore / 100.0 as list_price,
  k.pris_ore / 100.0 as offer_price,
  k.fra::timestamp at time zone 'Europe/Oslo' as offer_from,
  (k.til + 1)::timestamp at time zone 'Europe/Oslo' as offer_until,
  'NOK'::text as currency,
  a.mva_sats as vat_percent
from kasse.artikkel a
left join lateral (
  select c.pris_ore, c.fra, c.til
  from kasse.kampanje c
  where c.artnr = a.artnr
    and c.til >= (now() at time zone 'Europe/Oslo')::date
  order by c.fra
  limit 1
) as k on true
where not a.slettet;

create view syncd_contract.stock as
select
  'kasse'::text as account_id,
  s.butikk::text as warehouse_key,
  s.artnr::text as variant_key,
  s.antall as quantity
from kasse.beholdning s;

create view syncd_contract.department as
select 'kasse'::text as account_id, 'utsalg'::text as department_key, 'Utsalg'::text as name;

create view syncd_contract.warehouse as
select 'kasse'::text as account_id, b.nr::text as warehouse_key, b.navn as name
from kasse.butikk b;

-- Orders leave this till as a whole: `lines` is null.
create view syncd_contract.order_completion as
select
  'kasse'::text as account_id,
  o.ordrenr::text as order_key,
  o.utlevert as completed_at,
  case when o.sporing is not null then 'Posten' end as tracking_company,
  o.sporing as tracking_number,
  null::text as tracking_url,
  null::jsonb as lines
from kasse.nettordre o
where o.utlevert is not null;

create function syncd_contract.receive_stock(
  account_id text, warehouse_key text, variant_key text, quantity integer, change_from_quantity integer
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into kasse.beholdning (artnr, butikk, antall)
  values (receive_stock.variant_key::integer, receive_stock.warehouse_key::integer, 0)
  on conflict do nothing;
  update kasse.beholdning s
  set antall = receive_stock.quantity
  where s.artnr::text = receive_stock.variant_key
    and s.butikk::text = receive_stock.warehouse_key
    and s.antall = receive_stock.change_from_quantity;
  return found;
end $$;

create function syncd_contract.receive_customer(account_id text, customer jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  at timestamptz := (customer ->> 'updated_at')::timestamptz;
  kept integer;
begin
  if not coalesce((customer ->> 'deleted')::boolean, false) then
    insert into kasse.kunde as k (shopify_id, shopify_endret, navn, epost, telefon)
    values (customer ->> 'id', at, coalesce(customer ->> 'name', ''), customer ->> 'email', customer ->> 'phone')
    on conflict (shopify_id) do update set
      navn = case when customer ? 'name' then excluded.navn else k.navn end,
      epost = case when customer ? 'email' then excluded.epost else k.epost end,
      telefon = case when customer ? 'phone' then excluded.telefon else k.telefon end,
      shopify_endret = at
    where k.shopify_endret <= at;
  end if;
  select k.kundenr into kept from kasse.kunde k where k.shopify_id = customer ->> 'id';
  return kept::text;
end $$;

create function syncd_contract.receive_order(account_id text, "order" jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  at timestamptz := ("order" ->> 'updated_at')::timestamptz;
  of_customer integer;
  kept integer;
begin
  if jsonb_typeof("order" -> 'customer') = 'object' then
    of_customer := syncd_contract.receive_customer(account_id, "order" -> 'customer')::integer;
  end if;
  -- A key that is missing says nothing: the new document is laid over the old one.
  insert into kasse.nettordre as o (shopify_id, shopify_endret, kundenr, innhold)
  values ("order" ->> 'id', at, of_customer, "order")
  on conflict (shopify_id) do update set
    kundenr = coalesce(excluded.kundenr, o.kundenr),
    innhold = o.innhold || excluded.innhold,
    shopify_endret = at
  where o.shopify_endret <= at;
  select o.ordrenr into kept from kasse.nettordre o where o.shopify_id = "order" ->> 'id';
  return kept::text;
end $$;

create function syncd_contract.redact_customer(account_id text, customer jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_ids integer[];
begin
  with forgotten as (
    update kasse.kunde k
    set navn = '', epost = null, telefon = null
    where k.shopify_id = customer ->> 'id'
      or lower(k.epost) = lower(customer ->> 'email')
      or k.telefon = customer ->> 'phone'
    returning k.kundenr
  )
  select array_agg(f.kundenr) into found_ids from forgotten f;
  update kasse.nettordre o
  set innhold = o.innhold - array['customer', 'email', 'phone', 'note', 'shipping_address', 'billing_address']
  where o.kundenr = any(found_ids)
    or o.shopify_id in (
      select ref.id
      from jsonb_array_elements_text(
        case jsonb_typeof(customer -> 'orders') when 'array' then customer -> 'orders' else '[]' end
      ) as ref (id)
    )
    or lower(o.innhold ->> 'email') = lower(customer ->> 'email')
    or o.innhold ->> 'phone' = customer ->> 'phone';
end $$;

revoke execute on all functions in schema syncd_contract from public;
