-- The reference Backoffice, 4 of 7: customers and their orders, as the shop sends them. Repeatable.

create table if not exists retail.customer (
  customer_id bigint generated always as identity primary key,
  account_id text not null references retail.account,
  external_ref text check (external_ref <> ''),
  name text not null default '',
  email text,
  phone text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (account_id, external_ref),
  unique (account_id, customer_id)
);
comment on table retail.customer is 'People who bought something and left their name';
comment on column retail.customer.customer_id is 'Number of the customer';
comment on column retail.customer.account_id is 'The retailer';
comment on column retail.customer.external_ref is 'Shopify''s id; null for customers of the till';
comment on column retail.customer.name is 'Full name; may be empty';
comment on column retail.customer.email is 'E-mail address';
comment on column retail.customer.phone is 'Telephone, with country code';
comment on column retail.customer.created_at is 'When the customer was first registered';
comment on column retail.customer.updated_at is 'When the particulars were last changed, by the clock of who changed them';

create table if not exists retail.sales_order (
  order_id bigint generated always as identity primary key,
  account_id text not null references retail.account,
  external_ref text check (external_ref <> ''),
  number text not null default '',
  customer_id bigint,
  ordered_at timestamptz not null,
  updated_at timestamptz not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  total numeric(12, 2) not null,
  cancelled_at timestamptz,
  completed_at timestamptz,
  tracking_company text,
  tracking_number text,
  tracking_url text,
  unique (account_id, external_ref),
  foreign key (account_id, customer_id) references retail.customer (account_id, customer_id)
);
create index if not exists sales_order_customer on retail.sales_order (customer_id);
create index if not exists sales_order_key on retail.sales_order ((order_id::text));
create index if not exists sales_order_open on retail.sales_order (account_id, ordered_at)
  where completed_at is null and cancelled_at is null;
comment on table retail.sales_order is 'Orders from the shop: what the floor has to pick';
comment on column retail.sales_order.order_id is 'Number of the order; its text is the contract''s order_key';
comment on column retail.sales_order.account_id is 'The retailer';
comment on column retail.sales_order.external_ref is 'Shopify''s id; null for orders taken in the store';
comment on column retail.sales_order.number is 'The number the customer knows, such as #1001';
comment on column retail.sales_order.customer_id is 'Who ordered; null when unknown';
comment on column retail.sales_order.ordered_at is 'When it was placed';
comment on column retail.sales_order.updated_at is 'When Shopify last changed it; older news are ignored';
comment on column retail.sales_order.currency is 'Currency of the amounts, ISO 4217';
comment on column retail.sales_order.total is 'What the customer pays, VAT included';
comment on column retail.sales_order.cancelled_at is 'When it was called off; null: it stands';
comment on column retail.sales_order.completed_at is 'When it was handed over or sent; null: still to be picked';
comment on column retail.sales_order.tracking_company is 'The carrier';
comment on column retail.sales_order.tracking_number is 'The carrier''s number of the parcel';
comment on column retail.sales_order.tracking_url is 'Where the customer can follow the parcel';

create table if not exists retail.sales_order_line (
  order_id bigint not null references retail.sales_order on delete cascade,
  external_ref text not null check (external_ref <> ''),
  variant_id bigint references retail.variant on delete set null,
  sku text,
  title text not null default '',
  quantity integer not null check (quantity >= 0),
  unit_price numeric(12, 2) not null,
  primary key (order_id, external_ref)
);
create index if not exists sales_order_line_variant on retail.sales_order_line (variant_id);
comment on table retail.sales_order_line is 'What was ordered; title and SKU as they were then';
comment on column retail.sales_order_line.order_id is 'The order';
comment on column retail.sales_order_line.external_ref is 'Shopify''s id of the line';
comment on column retail.sales_order_line.variant_id is 'The variant, if it is one of ours';
comment on column retail.sales_order_line.sku is 'Its article number when ordered';
comment on column retail.sales_order_line.title is 'Its name when ordered';
comment on column retail.sales_order_line.quantity is 'Pieces; 0 when the line was taken off the order';
comment on column retail.sales_order_line.unit_price is 'The price of one, VAT included';
