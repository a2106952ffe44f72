-- name: any(run_id int8, after int4, most int8)
-- What a run found, in order, after a place; variants' SKUs are by key.
select
  d.place,
  d.verdict,
  d.key,
  d.gid,
  d.title,
  d.fields,
  d.who,
  d.harms,
  d.reason,
  d.outcome,
  d.error,
  (
    select jsonb_object_agg(v ->> 'key', v ->> 'sku')
    from jsonb_array_elements(
      coalesce(
        d.observed,
        (select l.known from syncd.link l where l.shop_id = d.shop_id and l.kind = 'product' and l.key = d.key)
      ) -> 'variants'
    ) as v
  ) as skus
from syncd.run_difference d
where d.run_id = $1
  and d.place > $2
order by d.place
limit $3;

-- name: of_verdict(run_id int8, verdict text, after int4, most int8)
-- The same of one verdict.
select
  d.place,
  d.verdict,
  d.key,
  d.gid,
  d.title,
  d.fields,
  d.who,
  d.harms,
  d.reason,
  d.outcome,
  d.error,
  (
    select jsonb_object_agg(v ->> 'key', v ->> 'sku')
    from jsonb_array_elements(
      coalesce(
        d.observed,
        (select l.known from syncd.link l where l.shop_id = d.shop_id and l.kind = 'product' and l.key = d.key)
      ) -> 'variants'
    ) as v
  ) as skus
from syncd.run_difference d
where d.run_id = $1
  and d.verdict = $2
  and d.place > $3
order by d.place
limit $4;

-- name: harmful(run_id int8, after int4, most int8)
-- The same of what the guards count.
select
  d.place,
  d.verdict,
  d.key,
  d.gid,
  d.title,
  d.fields,
  d.who,
  d.harms,
  d.reason,
  d.outcome,
  d.error,
  (
    select jsonb_object_agg(v ->> 'key', v ->> 'sku')
    from jsonb_array_elements(
      coalesce(
        d.observed,
        (select l.known from syncd.link l where l.shop_id = d.shop_id and l.kind = 'product' and l.key = d.key)
      ) -> 'variants'
    ) as v
  ) as skus
from syncd.run_difference d
where d.run_id = $1
  and d.harms <> '{}'
  and d.place > $2
order by d.place
limit $3;
