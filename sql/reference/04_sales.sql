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

alter table retail.customer
  add column if not exists deleted_at timestamptz,
  add column if not exists merged_into bigint;
comment on column retail.customer.deleted_at is 'When the shop said that it has this customer no more; orders keep pointing here';
comment on column retail.customer.merged_into is 'The customer this one became part of, who has its orders now';

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
comment on column retail.sales_order.completed_at is 'When it, or a part of it, was handed over or sent; null: still to be picked';
comment on column retail.sales_order.tracking_company is 'The carrier';
comment on column retail.sales_order.tracking_number is 'The carrier''s number of the parcel';
comment on column retail.sales_order.tracking_url is 'Where the customer can follow the parcel';

alter table retail.sales_order
  add column if not exists cancel_reason text,
  add column if not exists tax numeric(12, 2),
  add column if not exists discount numeric(12, 2),
  add column if not exists shipping numeric(12, 2),
  add column if not exists payment_state text,
  add column if not exists fulfilment_state text,
  add column if not exists delivery_method text,
  add column if not exists note text,
  add column if not exists email text,
  add column if not exists phone text,
  add column if not exists shipping_address jsonb,
  add column if not exists billing_address jsonb,
  add column if not exists discount_codes jsonb,
  add column if not exists taxes jsonb,
  add column if not exists shipping_lines jsonb;
comment on column retail.sales_order.cancel_reason is 'Why it was called off: customer, inventory, fraud, declined, staff, other';
comment on column retail.sales_order.tax is 'The VAT in the total';
comment on column retail.sales_order.discount is 'What discounts take off the whole order';
comment on column retail.sales_order.shipping is 'What shipping costs, VAT included';
comment on column retail.sales_order.payment_state is 'pending, authorized, paid, partially_paid, refunded, partially_refunded, voided, expired';
comment on column retail.sales_order.fulfilment_state is 'unfulfilled, partially_fulfilled, fulfilled, on_hold, …: what the shop knows of it';
comment on column retail.sales_order.delivery_method is 'shipping, pick_up, local, pickup_point, retail, none';
comment on column retail.sales_order.note is 'What the customer, or the shop, wrote to it';
comment on column retail.sales_order.email is 'Where the customer is written to about this order';
comment on column retail.sales_order.phone is 'Where the customer is called about this order';
comment on column retail.sales_order.shipping_address is 'Where it goes: name, company, address1, address2, zip, city, province, country, phone';
comment on column retail.sales_order.billing_address is 'Who pays, in the same shape';
comment on column retail.sales_order.discount_codes is 'The codes that were used';
comment on column retail.sales_order.taxes is 'The VAT by rate: title, vat_percent, amount';
comment on column retail.sales_order.shipping_lines is 'How it is sent: title, price, tax, vat_percent';

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

alter table retail.sales_order_line
  add column if not exists variant_title text,
  add column if not exists ordered_quantity integer,
  add column if not exists discount numeric(12, 2),
  add column if not exists tax numeric(12, 2),
  add column if not exists total numeric(12, 2),
  add column if not exists vat_percent numeric(6, 3),
  add column if not exists handed_over integer check (handed_over >= 0);
comment on column retail.sales_order_line.variant_title is 'Which variant, in words, when ordered';
comment on column retail.sales_order_line.ordered_quantity is 'Pieces when it was placed; quantity is what is left of them';
comment on column retail.sales_order_line.discount is 'What discounts take off the whole line';
comment on column retail.sales_order_line.tax is 'The VAT in the line''s total';
comment on column retail.sales_order_line.total is 'What the whole line costs the customer, VAT included';
comment on column retail.sales_order_line.vat_percent is 'The rate of VAT';
comment on column retail.sales_order_line.handed_over is
  'Pieces handed over or sent so far; null on all lines: a completed order is completed as a whole';
