-- Removes syncd from a Backoffice's database, without a trace. Not applied by syncd; a DBA runs it, as the owner of the
-- Backoffice's tables and of the schema syncd, or as superuser, once every `syncd run` is stopped:
--
--     psql --single-transaction --set ON_ERROR_STOP=1 --file sql/remove.sql
--
-- What goes: triggers whose function calls syncd.enqueue, these functions, the schemas syncd_contract and syncd with
-- all they hold, settings of this database named syncd.*, the two groups of `syncd migrate --roles`. The shops in Shopify
-- stay as they are; `syncd shop remove` before this takes the webhook subscriptions away.
-- Locks: each table of the Backoffice that has such a trigger, in access exclusive mode, for a moment; whoever holds one
-- for longer than ten seconds makes this fail, with nothing done.
-- What it cannot know it tells in a notice: functions of yours that only these functions called, roles that other
-- databases of the cluster use, too.

set local lock_timeout = '10s';

do $$
declare
  seen text;
begin
  if to_regclass('syncd.node') is null then
    raise exception 'there is no syncd in the database %', current_database()
      using hint = 'connect to the database of the Backoffice';
  end if;
  select string_agg(n.name, ', ') into seen from syncd.node n where n.seen_at > syncd.clock() - interval '1 minute';
  if seen is not null then
    raise exception 'syncd runs: %', seen using hint = 'stop each `syncd run`, wait a minute, run this again';
  end if;
end $$;

create temporary table teller on commit drop as
select
  p.oid,
  p.oid::regprocedure::text as name,
  p.prosrc as source
from pg_proc p
where p.prosrc ~* '\msyncd\s*\.\s*enqueue\M'
  and p.pronamespace not in (select n.oid from pg_namespace n where n.nspname in ('syncd', 'syncd_contract', 'pg_catalog'));

-- What they called, by name: whether anything else does, only the Backoffice's people know.
do $$
declare
  helper record;
begin
  for helper in
    select p.oid::regprocedure as name
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname not in ('syncd', 'syncd_contract', 'pg_catalog', 'information_schema')
      and n.nspname !~ '^pg_(temp|toast)'
      and p.oid not in (select t.oid from teller t)
      and exists (
        select
        from (
          select t.source from teller t
          union all
          select c.prosrc
          from pg_proc c
          where c.pronamespace = to_regnamespace('syncd_contract')
        ) as removed
        where removed.source ~ ('\m' || n.nspname || '\.' || p.proname || '\(')
      )
    order by 1
  loop
    raise notice '% was called by what is removed; drop it if nothing else needs it', helper.name;
  end loop;
end $$;

do $$
declare
  told record;
begin
  for told in
    select g.tgname, g.tgrelid::regclass as relation
    from pg_trigger g
    where not g.tgisinternal
      and g.tgparentid = 0
      and g.tgfoid in (select t.oid from teller t)
    order by g.tgrelid::regclass::text, g.tgname
  loop
    execute format('drop trigger %I on %s', told.tgname, told.relation);
  end loop;
  for told in select t.name from teller t order by t.name loop
    execute format('drop function %s', told.name);
  end loop;
end $$;

drop schema if exists syncd_contract cascade;
drop schema syncd cascade;

do $$
declare
  given record;
begin
  for given in
    select
      case when s.setrole = 0 then format('database %I', current_database())
        else format('role %I in database %I', s.setrole::regrole::text, current_database()) end as place,
      split_part(c.setting, '=', 1) as name
    from pg_db_role_setting s
    cross join unnest(s.setconfig) as c (setting)
    where s.setdatabase = (select d.oid from pg_database d where d.datname = current_database())
      and c.setting like 'syncd.%'
  loop
    execute format('alter %s reset %s', given.place, given.name);
  end loop;
end $$;

do $$
declare
  role text;
begin
  foreach role in array array['syncd_dba', 'syncd_backoffice'] loop
    continue when to_regrole(role) is null;
    begin
      execute format('drop role %I', role);
    exception
      when dependent_objects_still_exist then
        raise notice 'the role % stays: it is used elsewhere in this cluster', role;
      when insufficient_privilege then
        raise notice 'the role % stays: a role with CREATEROLE can drop it', role;
    end;
  end loop;
end $$;
