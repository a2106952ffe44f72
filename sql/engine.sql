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
    perform pg_sleep(0.025);
  end loop;
end $$;
comment on function syncd.standing(timestamptz, timestamptz, float8) is
  'Where the router stands: whether this cluster wrote the cursor, before which moment all has been moved, whether that is old and can follow, whether an event waits that was written between the two moments. Told when there is something to do, or when patience_s seconds are over; looks every 25 ms';
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
      lane = least(c.lane, excluded.lane),
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
  -- Its plans are kept: by index, even if they were made while the table was empty.
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  held bigint[];
  gone bigint := 0;
begin
  -- First lock what these claims still hold, in the router's order, so that neither waits for the other in a ring.
  select array_agg(h.change_id)
  into held
  from (
    select c.change_id
    from unnest(change_ids, tokens) as k (change_id, token)
    join syncd.change c
      on c.change_id = k.change_id
      and c.claim_token = k.token
    order by c.shop_id, c.kind, c.key
    for update of c
  ) as h;

  -- Done: gone, unless news came while it was in flight.
  if 'ack' = any(ends) then
    delete from syncd.change c
    using unnest(change_ids, tokens, generations, ends) as k (change_id, token, generation, done)
    where k.done = 'ack'
      and c.change_id = k.change_id
      and c.claim_token = k.token
      and c.generation = k.generation;
    get diagnostics gone = row_count;
  end if;

  -- What is left has news: due at once, with a clean slate; the events that were answered are taken off. A statement
  -- of its own: as one with the delete it would not see the news.
  if gone < cardinality(held) and 'ack' = any(ends) then
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
