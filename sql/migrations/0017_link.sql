-- The first link: what is in the shop already is held against the Backoffice, reported, and linked when a person says so.
-- Locks: syncd.run in access exclusive mode while its few rows are checked. The rest is new.
-- Old code beside it: may not run while a link is under way, since it takes such a run for a compare; otherwise it may.

alter table syncd.run
  drop constraint run_kind_check,
  add constraint run_kind_check check (kind in ('resync', 'revert', 'guard', 'link'));
comment on column syncd.run.kind is
  'resync: the whole shop; revert: what another run wrote is taken back; guard: ordinary changes that wait for an answer; link: what is in the shop already finds its product in the Backoffice';

create table syncd.link_finding (
  run_id bigint not null references syncd.run on delete cascade,
  number integer not null check (number > 0),
  shop_id integer not null references syncd.shop on delete cascade,
  bucket text not null check (
    bucket in (
      'linked', 'exact', 'folded', 'renamed', 'options', 'ambiguous', 'no_sku', 'split', 'merged', 'only_here', 'only_there'
    )
  ),
  group_number integer not null,
  key text collate "C",
  gid text check (gid like 'gid://shopify/Product/%'),
  title_here text,
  title_there text,
  skus text[] not null default '{}',
  skus_there text[] not null default '{}',
  folded text[] not null default '{}',
  choices jsonb not null default '[]' check (jsonb_typeof(choices) = 'array'),
  counts_differ integer not null default 0 check (counts_differ >= 0),
  proposal text not null check (proposal in ('link', 'ask', 'create', 'leave')),
  reason text not null,
  decision text check (decision in ('link', 'create', 'leave', 'import')),
  chosen text check (chosen like 'gid://shopify/Product/%'),
  first_counts text check (first_counts in ('backoffice', 'shopify')),
  decided_by text,
  decided_at timestamptz,
  outcome text check (outcome in ('linked', 'imported', 'left', 'changed', 'refused')),
  error text,
  is_named boolean not null default false,
  primary key (run_id, number),
  constraint of_a_product check (num_nonnulls(key, gid) > 0),
  constraint decided_by_somebody check ((decided_by is null) = (decided_at is null)),
  constraint link_has_a_chosen check (decision is distinct from 'link' or chosen is not null),
  constraint named_is_linked check (not is_named or outcome in ('linked', 'imported'))
);
create index link_finding_group on syncd.link_finding (run_id, group_number);
create index link_finding_open on syncd.link_finding (run_id, number) where outcome is null;
create index link_finding_unnamed on syncd.link_finding (run_id, number) where outcome in ('linked', 'imported') and not is_named;
comment on table syncd.link_finding is
  'The report of a link: a row for each product of the Backoffice, of the shop, or of both where they are the same; what is linked already has none';
comment on column syncd.link_finding.run_id is 'The run';
comment on column syncd.link_finding.number is 'Counted from 1 in the order of the report; its row of the CSV is known by it';
comment on column syncd.link_finding.shop_id is 'The shop';
comment on column syncd.link_finding.bucket is
  'exact, folded, renamed, options (the same product); ambiguous, no_sku, split, merged (a person must say); only_here, only_there; linked: only our link, or our identity on the product there, is missing';
comment on column syncd.link_finding.group_number is 'The same for all rows that hang together';
comment on column syncd.link_finding.key is 'The product''s key in the Backoffice; null where only the shop has it';
comment on column syncd.link_finding.gid is 'Shopify id of the product; null where the Backoffice has it alone, or several could be meant';
comment on column syncd.link_finding.title_here is 'Its name in the Backoffice';
comment on column syncd.link_finding.title_there is 'Its name in the shop';
comment on column syncd.link_finding.skus is 'Its SKUs in the Backoffice, the first ones';
comment on column syncd.link_finding.skus_there is 'Its SKUs in the shop, the first ones';
comment on column syncd.link_finding.folded is
  'What makes the numbers the same: case, spaces, zeros (leading ones), apostrophe (Excel''s, or a typographic one)';
comment on column syncd.link_finding.choices is
  'The products of the shop that it could be: [{gid, title, pairs: [[variant key, Shopify id of the variant, sku | barcode | values]]}]';
comment on column syncd.link_finding.counts_differ is 'Variants whose count in the location is not the warehouse''s; 0 where counts are not kept in step';
comment on column syncd.link_finding.proposal is
  'What is done if nobody decides otherwise: link, create (in the shop), leave; ask: left as it is until somebody decides';
comment on column syncd.link_finding.reason is 'What was found, in words';
comment on column syncd.link_finding.decision is 'What a person decided: link, create, leave, import (into the Backoffice); null: as proposed';
comment on column syncd.link_finding.chosen is 'The product of the shop that a person chose, where several could be meant';
comment on column syncd.link_finding.first_counts is
  'Whose counts are right for this product, in two_way: backoffice or shopify; null: as the shop''s setting says';
comment on column syncd.link_finding.decided_by is 'Who decided';
comment on column syncd.link_finding.decided_at is 'When';
comment on column syncd.link_finding.outcome is
  'linked, imported, left; changed: not linked, since it changed after the report; refused: not linked or imported, see error; null: to come';
comment on column syncd.link_finding.error is 'Why it was refused, what changed, or why Shopify did not take our identity';
comment on column syncd.link_finding.is_named is 'Whether the product in the shop carries our identity, or Shopify refused that for good';

create table syncd.left_out (
  shop_id integer not null references syncd.shop on delete cascade,
  key text collate "C" not null,
  is_decided boolean not null,
  run_id bigint references syncd.run on delete set null,
  left_at timestamptz not null default syncd.clock(),
  primary key (shop_id, key)
);
comment on table syncd.left_out is
  'Products of the Backoffice that a link left without one in the shop: none is made for them, since it may be there under another number';
comment on column syncd.left_out.shop_id is 'The shop';
comment on column syncd.left_out.key is 'The product';
comment on column syncd.left_out.is_decided is 'Whether a person said so; false: it was asked, and nobody answered';
comment on column syncd.left_out.run_id is 'The run that left it out';
comment on column syncd.left_out.left_at is 'When';
