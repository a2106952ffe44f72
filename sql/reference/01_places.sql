-- The reference Backoffice, 1 of 7: retailers and their stores, departments and warehouses. Repeatable.

create schema if not exists retail;
comment on schema retail is
  'A small, complete Backoffice of a Norwegian retailer that fulfils syncd''s contract: for demo, tests and integrators';

create table if not exists retail.installed (
  is_only boolean primary key default true check (is_only),
  digest text not null,
  installed_at timestamptz not null default now()
);
comment on table retail.installed is 'Which release of sql/reference/ this is; one row';
comment on column retail.installed.is_only is 'Always true: keeps it one row';
comment on column retail.installed.digest is 'sha256 of the files that made it';
comment on column retail.installed.installed_at is 'When they were last run';

create table if not exists retail.account (
  account_id text primary key check (account_id <> ''),
  name text not null check (name <> ''),
  currency text not null default 'NOK' check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null default now()
);
comment on table retail.account is 'A retailer';
comment on column retail.account.account_id is 'The retailer''s short name';
comment on column retail.account.name is 'The name on the receipt';
comment on column retail.account.currency is 'Currency of all its prices, ISO 4217';
comment on column retail.account.created_at is 'When the retailer became a customer of ours';

create table if not exists retail.store (
  store_id bigint generated always as identity primary key,
  account_id text not null references retail.account,
  name text not null check (name <> ''),
  unique (account_id, name),
  unique (account_id, store_id)
);
comment on table retail.store is 'A store (Butikk) of a retailer; each product belongs to one';
comment on column retail.store.store_id is 'Number of the store';
comment on column retail.store.account_id is 'The retailer';
comment on column retail.store.name is 'Its name; Shopify shows it as the vendor';

create table if not exists retail.department (
  account_id text not null references retail.account,
  department_id text not null check (department_id <> ''),
  name text not null check (name <> ''),
  primary key (account_id, department_id)
);
comment on table retail.department is 'A department (Avdeling) with a price list of its own';
comment on column retail.department.account_id is 'The retailer';
comment on column retail.department.department_id is 'Short name of the department';
comment on column retail.department.name is 'Its name';

create table if not exists retail.warehouse (
  account_id text not null references retail.account,
  warehouse_id text not null check (warehouse_id <> ''),
  name text not null check (name <> ''),
  primary key (account_id, warehouse_id)
);
comment on table retail.warehouse is 'A warehouse (Lager) with counts of its own';
comment on column retail.warehouse.account_id is 'The retailer';
comment on column retail.warehouse.warehouse_id is 'Short name of the warehouse';
comment on column retail.warehouse.name is 'Its name';

create table if not exists retail.vat_code (
  vat_code text primary key,
  percent numeric(5, 2) not null check (percent between 0 and 100),
  name text not null
);
comment on table retail.vat_code is 'Norwegian VAT codes for sales (SAF-T standard codes)';
comment on column retail.vat_code.vat_code is 'The code';
comment on column retail.vat_code.percent is 'The rate, in percent';
comment on column retail.vat_code.name is 'What it is for';

insert into retail.vat_code (vat_code, percent, name)
values
  ('3', 25, 'Utgående mva, høy sats'),
  ('31', 15, 'Utgående mva, middels sats (mat)'),
  ('33', 12, 'Utgående mva, lav sats'),
  ('5', 0, 'Fritatt (bøker)')
on conflict (vat_code) do nothing;
