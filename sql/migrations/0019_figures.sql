-- Figures of each shop: points and last requests as the shop's node tells them, delays worked out from the history.
-- Locks: none that matter, everything here is new.
-- Old code beside it: may run; its calls are not told of, what it sends is counted.

create unlogged table syncd.gauge (
  shop_id integer primary key references syncd.shop on delete cascade,
  node text not null,
  level_points float8 not null,
  maximum_points float8 not null check (maximum_points >= 0),
  restore_points_s float8 not null check (restore_points_s >= 0),
  read_at timestamptz not null,
  told bigint not null default 0 check (told >= 0)
) with (fillfactor = 20);
comment on table syncd.gauge is
  'What the node that has a shop knows of Shopify''s cost bucket, about once a second while it calls; unlogged: empty after a crash';
comment on column syncd.gauge.shop_id is 'The shop';
comment on column syncd.gauge.node is 'The node that told it';
comment on column syncd.gauge.level_points is 'Points that were there, what was under way taken off';
comment on column syncd.gauge.maximum_points is 'Points that the bucket holds when full';
comment on column syncd.gauge.restore_points_s is 'Points that come back each second';
comment on column syncd.gauge.read_at is 'When that was so; since then points were restored';
comment on column syncd.gauge.told is 'Calls told of so far; the next one takes place told % 200 in syncd.call';

create unlogged table syncd.call (
  shop_id integer references syncd.shop on delete cascade,
  place integer check (place between 0 and 199),
  called_at timestamptz not null,
  document text not null,
  lane text not null check (lane in ('stock', 'orders', 'price', 'product', 'resync')),
  points integer not null check (points >= 0),
  took_ms integer not null check (took_ms >= 0),
  outcome text not null check (outcome in ('ok', 'rejected', 'throttled', 'refused', 'lost')),
  request_id text not null,
  primary key (shop_id, place)
) with (fillfactor = 50);
comment on table syncd.call is
  'The last 200 calls of each shop''s node to Shopify, a ring: names of documents, never what was in them; unlogged: empty after a crash';
comment on column syncd.call.shop_id is 'The shop';
comment on column syncd.call.place is 'Place in the ring; the oldest call gives way';
comment on column syncd.call.called_at is 'When it was sent';
comment on column syncd.call.document is 'The document of graphql/';
comment on column syncd.call.lane is 'The lane it was sent in';
comment on column syncd.call.points is 'What Shopify charged; 0 where it did not say';
comment on column syncd.call.took_ms is 'Milliseconds until its end, without the wait for points';
comment on column syncd.call.outcome is
  'ok; rejected: Shopify named something wrong with it (userErrors); throttled: too few points; refused: an error for an answer; lost: no answer';
comment on column syncd.call.request_id is 'Shopify''s id of the call (X-Request-Id); empty without an answer';

create table syncd.delay (
  shop_id integer references syncd.shop on delete cascade,
  began_at timestamptz,
  writes integer not null check (writes > 0),
  last_at timestamptz not null,
  buckets integer[] not null,
  primary key (shop_id, began_at)
);
comment on table syncd.delay is
  'Five minutes of a shop''s history in figures: how much Shopify accepted, how long each took since its first event; kept for 8 days';
comment on column syncd.delay.shop_id is 'The shop';
comment on column syncd.delay.began_at is 'The five minutes that begin then, by when it was written down';
comment on column syncd.delay.writes is 'Writes that Shopify accepted';
comment on column syncd.delay.last_at is 'When it accepted the last of them';
comment on column syncd.delay.buckets is
  'Of those that answered an event, how many took how long: a count for each step of syncd/rules/delays.py, zeros at the end left out';

create table syncd.delay_mark (
  name text primary key check (name = 'main'),
  until timestamptz not null
);
comment on table syncd.delay_mark is 'How far the history was counted to syncd.delay; one row';
comment on column syncd.delay_mark.name is 'Always main';
comment on column syncd.delay_mark.until is 'All that was written down before was counted; the five minutes before it are counted once more, for late commits';
