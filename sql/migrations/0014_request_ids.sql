-- By which calls Shopify knows what it accepted of us: its support asks for these ids.
-- Locks: syncd.history in access exclusive mode for a moment; a default that is a constant is kept in the catalogue.
-- Old code beside it: may run; what it notes has no ids.

alter table syncd.history add column request_ids text[] not null default '{}';
comment on column syncd.history.request_ids is
  'Shopify''s ids of these calls (X-Request-Id), in order; of a line in a bulk operation the operation''s GID. Empty for what went the other way, and for what was noted before ids were kept';
