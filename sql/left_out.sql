-- name: of(shop_id int4, keys text[])
-- Of these products those for which none is made in the shop, and whether a person said so.
select
  key,
  is_decided
from syncd.left_out
where shop_id = $1
  and key = any($2);
