-- name: next()
-- The oldest request by law, or word of the app itself, that is due, of any shop; locked until the transaction ends.
select
  i.inbox_id,
  i.shop_id,
  i.topic,
  i.kind,
  i.delivery_id,
  i.triggered_at,
  i.received_at,
  i.body,
  i.failures,
  s.domain,
  s.account_id
from syncd.inbox i
join syncd.shop s on s.shop_id = i.shop_id
where i.kind in ('privacy', 'app')
  and i.state = 'due'
  and i.done_at is null
  and i.due_at <= syncd.clock()
order by i.inbox_id
limit 1
for update of i skip locked;

-- name: done(inbox_id int8, outcome text)
-- It was done; its body goes.
update syncd.inbox
set
  state = 'done',
  outcome = $2,
  done_at = syncd.clock(),
  body = null,
  last_error = null,
  last_error_at = null
where inbox_id = $1;

-- name: failed(inbox_id int8, is_dead bool, wait_s float8, error text)
-- It could not be done; dead: a person must look.
update syncd.inbox
set
  state = case when $2 then 'dead' else 'due' end,
  failures = failures + 1,
  due_at = syncd.clock() + make_interval(secs => $3),
  last_error = $4,
  last_error_at = syncd.clock()
where inbox_id = $1;

-- name: redact(shop_id int4, customer jsonb, orders text[], is_dry bool)
-- Rows by table that hold something of this customer; rubbed out unless dry. See sql/redaction.sql.
select syncd.redact($1, $2, $3, $4);

-- name: redact_shop(shop_id int4)
-- Rub out what is held of a shop's customers. See sql/redaction.sql.
select syncd.redact_shop($1);

-- name: tell_backoffice(account_id text, customer jsonb)
-- The Backoffice is to forget this customer, too.
select syncd_contract.redact_customer($1, $2);

-- name: receipt(shop_id int4, domain text, topic text, delivery_id text, request_id text, customer_id text, asked_at timestamptz, held jsonb, told_backoffice bool)
-- What was asked, what was done; once a delivery.
insert into syncd.privacy_receipt (
  shop_id,
  domain,
  topic,
  delivery_id,
  request_id,
  customer_id,
  asked_at,
  held,
  told_backoffice
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (domain, delivery_id) do nothing;

-- name: receipts(shop_id int4, most int8)
-- The newest receipts, of one shop or of all.
select
  receipt_id,
  domain,
  topic,
  request_id,
  customer_id,
  asked_at,
  done_at,
  held,
  told_backoffice
from syncd.privacy_receipt
where $1::int4 is null
  or shop_id = $1
order by receipt_id desc
limit $2;

-- name: uninstalled(shop_id int4, reason text)
-- The app is gone from the shop: leave it alone until a person gives another token, or resumes it.
update syncd.shop
set
  paused_until = 'infinity',
  paused_reason = $2
where shop_id = $1;
