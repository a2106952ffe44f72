-- Bulk operations: many products of a run go to Shopify as one file of lines.
-- Locks: none that matter, everything here is new.
-- Old code beside it: may run; it knows none of this.

create table syncd.bulk_operation (
  operation_id bigint generated always as identity primary key,
  shop_id integer not null references syncd.shop on delete cascade,
  run_id bigint not null references syncd.run on delete cascade,
  document text not null check (
    document in ('ProductCreateLine', 'PublishablePublishLine', 'ProductUpdate', 'ProductVariantsBulkUpdate')
  ),
  phase text not null default 'write' check (phase in ('write', 'start', 'wait', 'fetch', 'done')),
  writes integer not null default 0 check (writes >= 0),
  path text,
  wrote_at timestamptz,
  asked_at timestamptz,
  gid text check (gid like 'gid://shopify/BulkOperation/%'),
  seen integer not null default 0 check (seen >= 0),
  seen_at timestamptz,
  lines integer not null default 0 check (lines >= 0),
  ok integer not null default 0 check (ok >= 0),
  failed integer not null default 0 check (failed >= 0),
  unknown integer not null default 0 check (unknown >= 0),
  note text,
  created_at timestamptz not null default syncd.clock(),
  ended_at timestamptz,
  constraint done_has_a_time check ((phase = 'done') = (ended_at is not null)),
  constraint waits_for_something check (phase not in ('wait', 'fetch') or gid is not null),
  constraint done_accounts_for_all_lines check (phase <> 'done' or lines = ok + failed + unknown)
);
create index bulk_operation_open on syncd.bulk_operation (shop_id) where ended_at is null;
create index bulk_operation_run on syncd.bulk_operation (run_id);
comment on table syncd.bulk_operation is 'A file of lines that Shopify carries out by itself, each line one product of a run';
comment on column syncd.bulk_operation.operation_id is 'Its number; its document in Shopify is named after it, so that it is found again';
comment on column syncd.bulk_operation.shop_id is 'The shop';
comment on column syncd.bulk_operation.run_id is 'The run it belongs to';
comment on column syncd.bulk_operation.document is 'The document of graphql/ that each line is the variables of';
comment on column syncd.bulk_operation.phase is
  'What is to be done next: write and upload the file, start, wait, fetch the result; done. Each can be repeated on another host';
comment on column syncd.bulk_operation.writes is 'Times the file was written: one that Shopify cannot use is written anew';
comment on column syncd.bulk_operation.path is 'Where the file was uploaded';
comment on column syncd.bulk_operation.wrote_at is 'When the lines were written: what was sent of a product since is newer';
comment on column syncd.bulk_operation.asked_at is
  'When its start was asked for, noted before; with gid null the answer may have been lost';
comment on column syncd.bulk_operation.gid is 'Its Shopify id';
comment on column syncd.bulk_operation.seen is 'Lines that Shopify says are behind it';
comment on column syncd.bulk_operation.seen_at is 'When that last grew';
comment on column syncd.bulk_operation.lines is 'Lines in the file';
comment on column syncd.bulk_operation.ok is 'Lines that Shopify accepted';
comment on column syncd.bulk_operation.failed is 'Lines that it refused: these products are ordinary changes again';
comment on column syncd.bulk_operation.unknown is 'Lines without an answer: these products are read before they are written again';
comment on column syncd.bulk_operation.note is 'What went wrong, in plain words';
comment on column syncd.bulk_operation.created_at is 'When it was planned';
comment on column syncd.bulk_operation.ended_at is 'When all its lines were settled';

create table syncd.bulk_line (
  operation_id bigint not null references syncd.bulk_operation on delete cascade,
  key text not null,
  shop_id integer not null references syncd.shop on delete cascade,
  place integer not null,
  line integer check (line >= 0),
  form jsonb,
  outcome text check (outcome in ('left', 'ok', 'failed', 'unknown')),
  primary key (operation_id, key),
  constraint written_has_a_form check (line is null or form is not null)
);
create unique index bulk_line_number on syncd.bulk_line (operation_id, line) where line is not null;
create index bulk_line_open on syncd.bulk_line (shop_id, key) where outcome is null;
comment on table syncd.bulk_line is 'One product in a bulk operation';
comment on column syncd.bulk_line.operation_id is 'The operation';
comment on column syncd.bulk_line.key is 'The product''s key';
comment on column syncd.bulk_line.shop_id is 'The shop';
comment on column syncd.bulk_line.place is 'Its place in the run: lines are written in that order';
comment on column syncd.bulk_line.line is 'Its number in the file, from 0, as Shopify names it; null: not written yet, or left out';
comment on column syncd.bulk_line.form is 'The form that Shopify holds if it accepts the line';
comment on column syncd.bulk_line.outcome is
  'ok, failed, unknown (no answer); left: it was not written, since it was sent otherwise meanwhile, or cannot be. Null: to come';
