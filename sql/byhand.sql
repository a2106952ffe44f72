-- name: retry(key text, cause text, shop text, kind text)
-- Dead changes are due again; returns how many.
select syncd.retry($1, $2, $3, $4);

-- name: skip(key text, cause text, shop text, kind text)
-- Dead changes are given up; returns how many.
select syncd.skip($1, $2, $3, $4);

-- name: pause(shop text, reason text, minutes int4)
-- Send nothing to this shop for a while, or until it is resumed.
select syncd.pause($1, $2, $3);

-- name: resume(shop text)
-- End the pause of this shop; returns whether it was paused.
select syncd.resume($1);
