-- name: columns()
-- The contract's columns beside what is there: its type, and whether we may read it. No type: it is missing.
select
  c.name as view,
  c.column_name as column,
  c.type as wanted,
  c.is_required,
  v.oid is not null as is_there,
  coalesce(has_table_privilege(v.oid, 'select'), false) as is_readable,
  format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as found
from syncd.contract c
left join pg_namespace n on n.nspname = 'syncd_contract'
left join pg_class v on v.relnamespace = n.oid and v.relname = c.name and v.relkind in ('v', 'm', 'r', 'p', 'f')
left join pg_attribute a on a.attrelid = v.oid and a.attname = c.column_name and a.attnum > 0 and not a.attisdropped
left join pg_type t on t.oid = a.atttypid
where c.kind = 'view'
order by c.name, c.position;

-- name: functions()
-- The contract's functions beside those of that name: what they take and return, and whether we may call them.
with wanted as (
  select
    name,
    string_agg(type, ', ' order by position) filter (where position > 0) as takes,
    min(type) filter (where position = 0) as returns
  from syncd.contract
  where kind = 'function'
  group by name
)
select
  w.name,
  w.takes,
  w.returns,
  array_remove(array_agg(pg_get_function_identity_arguments(p.oid) order by p.oid), null) as found,
  bool_or(s.fits) as is_there,
  min(s.returns) filter (where s.fits) as found_returns,
  coalesce(bool_or(s.fits and has_function_privilege(p.oid, 'execute')), false) as is_callable
from wanted w
left join pg_namespace n on n.nspname = 'syncd_contract'
left join pg_proc p on p.pronamespace = n.oid and p.proname = w.name and p.prokind = 'f'
left join lateral (
  select
    replace(oidvectortypes(p.proargtypes), 'timestamp with time zone', 'timestamptz') = w.takes as fits,
    format_type(p.prorettype, null) as returns
) as s on true
group by w.name, w.takes, w.returns
order by w.name;

-- name: has_contract()
-- Whether this database was migrated far enough to know the contract, whether the Backoffice's schema is there
-- and whether we may enter it.
select
  to_regclass('syncd.contract') is not null as knows,
  to_regnamespace('syncd_contract') is not null as is_there,
  coalesce(has_schema_privilege(to_regnamespace('syncd_contract')::oid, 'usage'), false) as is_usable;
