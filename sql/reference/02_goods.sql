-- The reference Backoffice, 2 of 7: what is sold, in which variants, at which price. Repeatable.
-- The expression indexes on `…_id::text` serve the contract views, whose keys are text.

create table if not exists retail.product (
  product_id bigint generated always as identity primary key,
  account_id text not null references retail.account,
  store_id bigint not null,
  external_ref text check (external_ref <> ''),
  title text not null constraint product_has_a_title check (title ~ '\S' and length(title) <= 500),
  description_html text,
  vat_code text not null default '3' references retail.vat_code,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (account_id, external_ref),
  foreign key (account_id, store_id) references retail.store (account_id, store_id)
);
create index if not exists product_key on retail.product (account_id, (product_id::text));
create index if not exists product_store on retail.product (store_id);
comment on table retail.product is 'A product (Vare) with one or more variants';
comment on column retail.product.product_id is 'Number of the product; its text is the contract''s product_key';
comment on column retail.product.account_id is 'The retailer';
comment on column retail.product.store_id is 'The store it belongs to';
comment on column retail.product.external_ref is
  'The handle in the file it was loaded from, or Shopify''s id, so that loading or importing again finds it';
comment on column retail.product.title is 'The name customers see';
comment on column retail.product.description_html is 'The description, HTML';
comment on column retail.product.vat_code is 'The VAT its prices include';
comment on column retail.product.is_active is 'Whether it is for sale';
comment on column retail.product.created_at is 'When it was registered';
comment on column retail.product.updated_at is 'When this row was last changed';

create or replace function retail.stamp() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.updated_at := now();
  return new;
end $$;
comment on function retail.stamp() is 'Sets updated_at of a changed row';
create or replace trigger product_stamp before update on retail.product
  for each row when (old.* is distinct from new.*) execute function retail.stamp();

create table if not exists retail.product_option (
  product_id bigint not null references retail.product on delete cascade,
  position smallint not null check (position between 1 and 3),
  name text not null check (name ~ '\S' and length(name) <= 255),
  primary key (product_id, position),
  unique (product_id, name) deferrable
);
create index if not exists product_option_key on retail.product_option ((product_id::text));
comment on table retail.product_option is 'What a customer chooses of a product: size, colour; none to three';
comment on column retail.product_option.product_id is 'The product';
comment on column retail.product_option.position is '1, 2 or 3';
comment on column retail.product_option.name is 'What is chosen';

create table if not exists retail.option_value (
  option_value_id bigint generated always as identity primary key,
  product_id bigint not null,
  option_position smallint not null,
  value text not null check (value ~ '\S' and length(value) <= 255),
  unique (product_id, option_position, value),
  unique (product_id, option_position, option_value_id),
  foreign key (product_id, option_position) references retail.product_option on delete cascade
);
comment on table retail.option_value is 'The choices there are for an option: Small, Medium';
comment on column retail.option_value.option_value_id is 'Number of the value';
comment on column retail.option_value.product_id is 'The product';
comment on column retail.option_value.option_position is 'Which of its options';
comment on column retail.option_value.value is 'The choice';

create table if not exists retail.image (
  image_id bigint generated always as identity primary key,
  product_id bigint not null references retail.product on delete cascade,
  position integer not null check (position > 0),
  address text not null constraint image_is_on_the_web check (address ~* '^https?://\S+$'),
  alt text not null default '',
  version text,
  unique (product_id, address),
  unique (product_id, image_id)
);
create index if not exists image_key on retail.image ((product_id::text));
comment on table retail.image is 'Pictures of a product';
comment on column retail.image.image_id is 'Number of the picture';
comment on column retail.image.product_id is 'The product';
comment on column retail.image.position is 'Its place, lowest first';
comment on column retail.image.address is 'Where it is on the web';
comment on column retail.image.alt is 'What it shows, in words';
comment on column retail.image.version is 'Changes with the picture at the same address; null: never does';

create table if not exists retail.variant (
  variant_id bigint generated always as identity primary key,
  product_id bigint not null references retail.product on delete cascade,
  position integer not null check (position > 0),
  option1_position smallint not null generated always as (1) stored,
  option2_position smallint not null generated always as (2) stored,
  option3_position smallint not null generated always as (3) stored,
  option1_value_id bigint,
  option2_value_id bigint,
  option3_value_id bigint,
  sku text check (sku ~ '\S' and length(sku) <= 255),
  is_tracked boolean not null default true,
  image_id bigint,
  is_blocked boolean not null default false,
  external_ref text,
  constraint variant_is_the_only_one_of_its_kind
    unique nulls not distinct (product_id, option1_value_id, option2_value_id, option3_value_id),
  constraint variant_has_options_in_order check (
    (option1_value_id is not null or option2_value_id is null)
    and (option2_value_id is not null or option3_value_id is null)
  ),
  foreign key (product_id, option1_position, option1_value_id)
    references retail.option_value (product_id, option_position, option_value_id),
  foreign key (product_id, option2_position, option2_value_id)
    references retail.option_value (product_id, option_position, option_value_id),
  foreign key (product_id, option3_position, option3_value_id)
    references retail.option_value (product_id, option_position, option_value_id),
  foreign key (product_id, image_id) references retail.image (product_id, image_id) on delete set null (image_id)
);
alter table retail.variant
  add column if not exists is_blocked boolean not null default false,  -- a Backoffice made before there were blocks
  add column if not exists external_ref text;
create index if not exists variant_product_key on retail.variant ((product_id::text));
create index if not exists variant_key on retail.variant ((variant_id::text));
create index if not exists variant_sku on retail.variant (lower(sku));
create index if not exists variant_image on retail.variant (product_id, image_id) where image_id is not null;
comment on table retail.variant is 'One thing on the shelf: what is scanned, counted and sold';
comment on column retail.variant.variant_id is 'Number of the variant; its text is the contract''s variant_key';
comment on column retail.variant.product_id is 'The product';
comment on column retail.variant.position is 'Its place among the variants, lowest first';
comment on column retail.variant.option1_position is 'Always 1: ties option1_value_id to the first option';
comment on column retail.variant.option2_position is 'Always 2: ties option2_value_id to the second option';
comment on column retail.variant.option3_position is 'Always 3: ties option3_value_id to the third option';
comment on column retail.variant.option1_value_id is 'The choice of the first option';
comment on column retail.variant.option2_value_id is 'The choice of the second option';
comment on column retail.variant.option3_value_id is 'The choice of the third option';
comment on column retail.variant.sku is 'The article number; two variants may share one, to the retailer''s regret';
comment on column retail.variant.is_tracked is 'Whether its stock is counted';
comment on column retail.variant.image_id is 'The picture of just this variant';
comment on column retail.variant.is_blocked is 'Whether its sale is stopped';
comment on column retail.variant.external_ref is 'Shopify''s id, of one that was imported from there';

create table if not exists retail.barcode (
  variant_id bigint not null references retail.variant on delete cascade,
  code text not null check (code ~ '\S' and length(code) <= 255),
  is_primary boolean not null default false,
  primary key (variant_id, code)
);
create unique index if not exists barcode_primary on retail.barcode (variant_id) where is_primary;
create index if not exists barcode_code on retail.barcode (code);
comment on table retail.barcode is 'What the till scans; a variant may have several';
comment on column retail.barcode.variant_id is 'The variant';
comment on column retail.barcode.code is 'The digits, or letters, as printed';
comment on column retail.barcode.is_primary is 'The one that is shown and sent on; at most one a variant';

create table if not exists retail.price (
  variant_id bigint not null references retail.variant on delete cascade,
  account_id text not null,
  department_id text not null,
  list_price numeric(12, 2) not null check (list_price >= 0),
  offer_price numeric(12, 2) check (offer_price >= 0),
  offer_from timestamptz,
  offer_until timestamptz,
  primary key (variant_id, account_id, department_id),
  foreign key (account_id, department_id) references retail.department,
  constraint offer_has_a_price check (offer_price is not null or (offer_from is null and offer_until is null)),
  constraint offer_ends_after_it_begins check (offer_until > offer_from)
);
create index if not exists price_key on retail.price (account_id, department_id, (variant_id::text));
create index if not exists price_offer_from on retail.price (account_id, department_id, offer_from)
  where offer_from is not null;
create index if not exists price_offer_until on retail.price (account_id, department_id, offer_until)
  where offer_until is not null;
comment on table retail.price is 'The price lists: one price a variant and department, VAT included';
comment on column retail.price.variant_id is 'The variant';
comment on column retail.price.account_id is 'The retailer';
comment on column retail.price.department_id is 'The department whose list it is';
comment on column retail.price.list_price is 'The ordinary price, VAT included';
comment on column retail.price.offer_price is 'The price during the offer, VAT included';
comment on column retail.price.offer_from is 'The offer begins; null: it always held';
comment on column retail.price.offer_until is 'The offer is over from this moment; null: it goes on';
