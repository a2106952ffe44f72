-- What nodes call as functions: for one round trip, or for a plan that is kept. Repeatable, as surface.sql.

create or replace function syncd.standing(since timestamptz, until timestamptz, patience_s float8)
  returns table (is_here boolean, moved_until timestamptz, is_old boolean, has_news boolean)
  language plpgsql volatile set search_path = pg_catalog, pg_temp
  -- Planned anew each time, a look took five times as long as with a plan that is kept; that one goes by index, even if
  -- it was made while the log was empty.
  set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off set jit = off as $$
declare
  ends timestamptz := clock_timestamp() + make_interval(secs => patience_s);
begin
  -- The looks happen here, not in the daemon: one statement a second instead of forty round trips, and a till's commit
  -- is seen as soon. Each look is a statement of its own, so it sees what was committed meanwhile. It reads only, so an
  -- idle system writes nothing. Order and limit keep the plan on the index: to a mere `exists` a scan of the day looks
  -- cheap, and with nothing to find it reads all of it. The two moments keep it on the days that can hold an event.
  loop
    select
      r.system_id = (select system_identifier from pg_control_system()),
      greatest(r.since, '2000-01-01 00:00:00+00'),
      r.since < clock_timestamp() - interval '1 hour'
        and (r.mark_xid is null or pg_snapshot_xmin(pg_current_snapshot()) >= r.mark_xid),
      (
        select o.xid
        from syncd.outbox o
        where o.xid >= pg_snapshot_xmax(r.snap)
          and o.created_at >= standing.since
          and o.created_at < standing.until
        order by o.xid, o.event_id
        limit 1
      ) is not null or exists (
        select
        from pg_snapshot_xip(r.snap) as x (xid)
        cross join lateral (
          select
          from syncd.outbox o
          where o.xid = x.xid
            and o.created_at >= standing.since
            and o.created_at < standing.until
          order by o.xid, o.event_id
          limit 1
        ) as late
      )
    into is_here, moved_until, is_old, has_news
    from syncd.router r
    where r.name = 'main';

    exit when not found;
    if has_news or is_old or not is_here or clock_timestamp() >= ends then
      return next;
      exit;
    end if;
    perform pg_sleep(0.03);
  end loop;
end $$;
comment on function syncd.standing(timestamptz, timestamptz, float8) is
  'Where the router stands: whether this cluster wrote the cursor, before which moment all has been moved, whether that is old and can follow, whether an event waits that was written between the two moments. Told when there is something to do, or when patience_s seconds are over; looks every 30 ms';
revoke all on function syncd.standing(timestamptz, timestamptz, float8) from public;

create or replace function syncd.arm(news syncd.news[]) returns integer[]
  language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  shops integer[];
begin
  -- Events, a resync, a person: whatever makes something due goes through here. News leave due_at alone (back-off and
  -- claims stay), but end a wait that ends with news, and re-arm a dead change, once: it starts from nothing.
  -- In the order of the keys: settle locks in the same order, so neither waits for the other in a ring.
  with armed as (
    insert into syncd.change as c
      (shop_id, kind, key, changed, lane, is_doubted, events, first_event_at, last_event_at)
    select n.shop_id, n.kind, n.key, n.changed, n.lane, n.is_doubted, n.events, n.first_event_at, n.last_event_at
    from unnest(news) as n
    order by n.shop_id, n.kind, n.key
    on conflict (shop_id, kind, key) do update set
      generation = c.generation + 1,
      events = c.events + excluded.events,
      changed = case
        when c.changed = '{}' or excluded.changed = '{}' then '{}'
        when c.changed @> excluded.changed then c.changed
        else syncd.labels(c.changed || excluded.changed)
      end,
      -- A new product is not in the shop yet: its prices are no more urgent than itself.
      lane = case
        when 'created' = any(c.changed || excluded.changed) and least(c.lane, excluded.lane) = 'price' then 'product'
        else least(c.lane, excluded.lane)
      end,
      is_doubted = c.is_doubted or excluded.is_doubted,
      first_event_at = case
        when c.state = 'claimed' then c.first_event_at
        else least(c.first_event_at, excluded.first_event_at)
      end,
      last_event_at = greatest(c.last_event_at, excluded.last_event_at),
      news_at = case when c.state = 'claimed' then least(c.news_at, excluded.first_event_at) end,
      state = case when c.state = 'dead' then 'due' else c.state end,
      cause = null,
      due_at = case
        when c.state = 'dead' then syncd.clock()
        when c.state = 'due' and c.ends_with_news then least(c.due_at, syncd.clock())
        else c.due_at
      end,
      failures = case when c.state = 'dead' then 0 else c.failures end,
      deliveries = case when c.state = 'dead' then 0 else c.deliveries end
    returning c.shop_id
  )
  select array(select distinct a.shop_id from armed a order by a.shop_id)
  into shops;
  return shops;
end $$;
comment on function syncd.arm(syncd.news[]) is
  'Make changes due, or tell those that are there of the news; returns the shops, in order. One row a key';
revoke all on function syncd.arm(syncd.news[]) from public;

-- A function that returns rows may get other columns: then it has to be made anew.
drop function if exists
  syncd.claim(integer, text, text, bigint, float8, bigint, bigint, integer, timestamptz[], bigint[]);
create function syncd.claim(
  shop_id integer,
  kind text,
  node text,
  fence bigint,
  lease_s float8,
  token bigint,
  most bigint,
  max_deliveries integer,
  floors timestamptz[],
  floor_ids bigint[]
) returns table (
  change_id bigint,
  key text,
  changed text[],
  lane text,
  is_claimed boolean,
  generation bigint,
  events bigint,
  first_event_at timestamptz,
  deliveries integer,
  failures integer,
  is_repeated boolean,
  tried jsonb,
  due_at timestamptz
)
  language plpgsql volatile rows 100 set search_path = pg_catalog, pg_temp
  -- A plan made while nothing was due would read the whole table for each claim of a mass import.
  set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off as $$
#variable_conflict use_column
begin
  -- A claim that ran out is due again by itself. SKIP LOCKED passes over rows that the router or a settle has just now.
  -- Lane by lane, so that none is searched through what waits in another. The floors (one a lane, most urgent first)
  -- skip what was claimed before: while a long transaction keeps dead rows, each claim would wade through all of them.
  -- One that was claimed max_deliveries times already is not handed out again: it is returned dead.
  return query
  with picked as materialized (
    select c.change_id
    from unnest(enum_range(null::syncd.lane), claim.floors, claim.floor_ids) as l (lane, floor_at, floor_id)
    cross join lateral (
      select change_id
      from syncd.change
      where shop_id = claim.shop_id
        and kind = claim.kind
        and lane = l.lane
        and cause is null
        and due_at <= syncd.clock()
        and (due_at, change_id) > (l.floor_at, l.floor_id)
        and (claimed_until is null or claimed_until <= syncd.clock())
      order by due_at, change_id
      limit claim.most
      for update skip locked
    ) as c
    where exists (
      select
      from syncd.lease l
      where l.shop_id = claim.shop_id
        and l.fence = claim.fence
        and l.node = claim.node
        and l.lease_until > syncd.clock()
    )
    limit claim.most
  ),
  taken as (
    update syncd.change c
    set
      state = case when c.deliveries < claim.max_deliveries then 'claimed' else 'dead' end,
      claimed_by = case when c.deliveries < claim.max_deliveries then claim.node end,
      claim_token = case when c.deliveries < claim.max_deliveries then claim.token end,
      fence = case when c.deliveries < claim.max_deliveries then claim.fence end,
      news_at = null,
      claimed_until = case
        when c.deliveries < claim.max_deliveries then syncd.clock() + make_interval(secs => claim.lease_s)
      end,
      deliveries = case when c.deliveries < claim.max_deliveries then c.deliveries + 1 else c.deliveries end,
      cause = case when c.deliveries < claim.max_deliveries then null else 'took_us_down' end,
      last_error = case
        when c.deliveries < claim.max_deliveries then c.last_error
        else format(
          'took the process down %s times: claimed, but syncd stopped or the lease ran out before an answer',
          c.deliveries - c.failures
        )
      end,
      last_error_at = case when c.deliveries < claim.max_deliveries then c.last_error_at else syncd.clock() end
    where c.change_id = any(array(select change_id from picked))
    returning
      c.change_id,
      c.key,
      c.changed,
      c.lane,
      c.state,
      c.generation,
      c.events,
      c.first_event_at,
      c.deliveries,
      c.failures,
      c.is_doubted or c.deliveries > 1 or c.last_error is not null as is_repeated,
      c.tried,
      c.due_at
  )
  select
    t.change_id,
    t.key,
    t.changed,
    t.lane::text,
    t.state = 'claimed',
    t.generation,
    t.events,
    t.first_event_at,
    t.deliveries,
    t.failures,
    t.is_repeated,
    nullif(t.tried, '{}'),
    t.due_at
  from taken t
  order by t.lane, t.due_at, t.change_id;
end $$;
comment on function
  syncd.claim(integer, text, text, bigint, float8, bigint, bigint, integer, timestamptz[], bigint[]) is
  'Claim the most urgent due changes of a shop for the node that holds the shop, in order of urgency; those claimed too often are returned dead';
revoke all on function
  syncd.claim(integer, text, text, bigint, float8, bigint, bigint, integer, timestamptz[], bigint[])
from public;

create or replace function syncd.settle(
  change_ids bigint[],
  tokens bigint[],
  generations bigint[],
  events bigint[],
  ends text[],
  waits_s float8[],
  until_news boolean[],
  errors text[],
  causes text[]
) returns bigint[]
  language plpgsql set search_path = pg_catalog, pg_temp
  -- Its plans are kept: by id, hashed against what was given, even if they were made while the table was empty.
  set enable_seqscan = off set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
declare
  held bigint[];
  answered bigint[];
begin
  -- First lock what these claims still hold, in the router's order, so that neither waits for the other in a ring.
  -- Answered is what was accepted and has had no news since: that is gone.
  select
    array_agg(h.change_id),
    array_agg(h.change_id) filter (where h.ended = 'ack' and h.generation = h.claimed_generation)
  into held, answered
  from (
    select c.change_id, c.generation, k.generation as claimed_generation, k.ended
    from syncd.change c
    join unnest(change_ids, tokens, generations, ends) as k (change_id, token, generation, ended)
      on k.change_id = c.change_id
      and k.token = c.claim_token
    where c.change_id = any(change_ids)
    order by c.shop_id, c.kind, c.key
    for update of c
  ) as h;

  delete from syncd.change c
  where c.change_id = any(answered);

  -- What is left has news: due at once, with a clean slate; the events that were answered are taken off. A statement
  -- of its own: as one with the delete it would not see the news.
  if 'ack' = any(ends) and cardinality(held) > coalesce(cardinality(answered), 0) then
    update syncd.change c
    set
      state = 'due',
      claimed_by = null,
      claim_token = null,
      fence = null,
      claimed_until = null,
      events = c.events - k.events,
      first_event_at = coalesce(c.news_at, c.last_event_at),
      news_at = null,
      due_at = syncd.clock(),
      deliveries = 0,
      failures = 0,
      last_error = null,
      last_error_at = null,
      tried = '{}'
    from unnest(change_ids, tokens, settle.events, ends) as k (change_id, token, events, done)
    where k.done = 'ack'
      and c.change_id = any(held)
      and c.change_id = k.change_id
      and c.claim_token = k.token;
  end if;

  -- Later: due after the wait. Blame counts a failure; without it the delivery is given back. News do not shorten the
  -- wait, but where they end it: also those that came while it was claimed.
  if 'blamed' = any(ends) or 'later' = any(ends) then
    update syncd.change c
    set
      state = 'due',
      claimed_by = null,
      claim_token = null,
      fence = null,
      claimed_until = null,
      news_at = null,
      due_at = case
        when k.until_news and c.news_at is not null then syncd.clock()
        else syncd.clock() + make_interval(secs => k.wait_s)
      end,
      ends_with_news = k.until_news,
      failures = c.failures + case k.done when 'blamed' then 1 else 0 end,
      deliveries = c.deliveries - case k.done when 'blamed' then 0 else 1 end,
      last_error = k.error,
      last_error_at = syncd.clock()
    from unnest(change_ids, tokens, ends, waits_s, until_news, errors)
      as k (change_id, token, done, wait_s, until_news, error)
    where k.done in ('blamed', 'later')
      and c.change_id = any(held)
      and c.change_id = k.change_id
      and c.claim_token = k.token;
  end if;

  -- Never as it stands: waits for a person or a new event; if news came meanwhile it is due, with a clean slate.
  if 'dead' = any(ends) then
    update syncd.change c
    set
      state = case when c.generation = k.generation then 'dead' else 'due' end,
      claimed_by = null,
      claim_token = null,
      fence = null,
      claimed_until = null,
      news_at = null,
      due_at = syncd.clock(),
      failures = case when c.generation = k.generation then c.failures + 1 else 0 end,
      deliveries = case when c.generation = k.generation then c.deliveries else 0 end,
      last_error = k.error,
      last_error_at = syncd.clock(),
      cause = case when c.generation = k.generation then k.cause end
    from unnest(change_ids, tokens, generations, ends, errors, causes)
      as k (change_id, token, generation, done, error, cause)
    where k.done = 'dead'
      and c.change_id = any(held)
      and c.change_id = k.change_id
      and c.claim_token = k.token;
  end if;

  -- A clean stop, or the shop refused us: due at once, nothing counted.
  if 'back' = any(ends) then
    update syncd.change c
    set
      state = 'due',
      claimed_by = null,
      claim_token = null,
      fence = null,
      claimed_until = null,
      news_at = null,
      deliveries = c.deliveries - 1
    from unnest(change_ids, tokens, ends) as k (change_id, token, done)
    where k.done = 'back'
      and c.change_id = any(held)
      and c.change_id = k.change_id
      and c.claim_token = k.token;
  end if;
  return coalesce(held, '{}');
end $$;
comment on function syncd.settle(bigint[], bigint[], bigint[], bigint[], text[], float8[], boolean[], text[], text[]) is
  'End claims, each as ends says: ack, blamed, later, dead or back; returns the changes that the claims still held, the others are left alone';
revoke all on function
  syncd.settle(bigint[], bigint[], bigint[], bigint[], text[], float8[], boolean[], text[], text[])
from public;

create or replace function syncd.holds(shop_id integer, fence bigint) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select
    from syncd.lease l
    where l.shop_id = holds.shop_id
      and l.fence = holds.fence
      and l.lease_until > syncd.clock()
  );
$$;
comment on function syncd.holds(integer, bigint) is 'Whether the shop is still that of the node which took its lease under this number';
revoke all on function syncd.holds(integer, bigint) from public;

-- Columns of the result are named apart from those of tables. One row's trouble is its own: each has a savepoint.
drop function if exists syncd.receive_counts(integer, text, text, text, jsonb);
create function syncd.receive_counts(
  shop_id integer, account_id text, warehouse_key text, location text, rows jsonb
) returns table (variant text, outcome text, error text)
  language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  given record;
begin
  for given in
    select r.key, r.here, r.target, r.agreed, r.there
    from jsonb_to_recordset(receive_counts.rows) as r (key text, here integer, target integer, agreed integer, there integer)
    order by r.key collate "C"
  loop
    variant := given.key;
    outcome := 'received';
    error := null;
    begin
      -- The count that was agreed on stands as it was read, or somebody moved it meanwhile: then nothing is done here.
      if given.agreed is distinct from (
        select a.quantity
        from syncd.agreed_count a
        where a.shop_id = receive_counts.shop_id
          and a.variant_key = given.key
          and a.warehouse_key = receive_counts.warehouse_key
          and a.location = receive_counts.location
        for update
      ) then
        raise exception using errcode = 'SY001', message = 'the agreed count moved';
      end if;
      insert into syncd.agreed_count as a (shop_id, variant_key, warehouse_key, location, quantity)
      values (receive_counts.shop_id, given.key, receive_counts.warehouse_key, receive_counts.location, given.there)
      on conflict on constraint agreed_count_pkey do update set
        warehouse_key = excluded.warehouse_key,
        location = excluded.location,
        quantity = excluded.quantity,
        agreed_at = excluded.agreed_at
      where (a.warehouse_key, a.location, a.quantity)
        is distinct from (excluded.warehouse_key, excluded.location, excluded.quantity);
      if given.target <> given.here and syncd_contract.receive_stock(
        receive_counts.account_id, receive_counts.warehouse_key, given.key, given.target, given.here
      ) is not true then
        raise exception using errcode = 'SY001', message = 'the count moved';
      end if;
    exception
      when sqlstate 'SY001' then
        outcome := 'stale';
      when integrity_constraint_violation or data_exception or raise_exception then
        outcome := 'refused';
        error := sqlerrm;
    end;
    return next;
  end loop;
end $$;
comment on function syncd.receive_counts(integer, text, text, text, jsonb) is
  'Take in what moved in Shopify: the agreed count and the warehouse''s, both or none; returns of each variant received, stale (a count had moved) or refused (by the Backoffice, with its words)';
revoke all on function syncd.receive_counts(integer, text, text, text, jsonb) from public;
