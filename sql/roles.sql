-- name: standing()
-- Whether both roles are there, and whether we may make them.
select
  to_regrole('syncd_dba') is not null and to_regrole('syncd_backoffice') is not null as are_there,
  current_user::text as name,
  (
    select r.rolsuper or r.rolcreaterole
    from pg_roles r
    where r.rolname = current_user
  ) as may_make;

-- name: make()
-- Both roles, as groups that nobody can log in as. Roles belong to the cluster: another database may make them at the
-- same moment, which is as good.
do $$
declare
  role record;
begin
  for role in
    select *
    from (values
      ('syncd_dba', 'Reads all of syncd but tokens; may retry, skip, pause, resume, approve, reject'),
      ('syncd_backoffice', 'Writes events of the Backoffice by syncd.enqueue, and no more')
    ) as r (name, purpose)
  loop
    continue when to_regrole(role.name) is not null;
    begin
      execute format('create role %I nologin', role.name);
      execute format('comment on role %I is %L', role.name, role.purpose);
    exception
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end $$;

-- name: grant()
-- What each role may, where it is there; what it may no more is taken back. Partitions are read through syncd.outbox.
-- A new column that holds a secret is named here. Nobody may hang a trigger function of ours on a table of their own: it
-- would run with our rights. Those on our tables fire without anybody's leave.
do $$
declare
  relation record;
begin
  for relation in
    select p.oid::regprocedure as name
    from pg_proc p
    where p.pronamespace = 'syncd'::regnamespace
      and p.prorettype = 'trigger'::regtype
      and exists (
        select
        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        where a.grantee = 0
      )
  loop
    execute format('revoke all on function %s from public', relation.name);
  end loop;
  if to_regrole('syncd_dba') is not null then
    grant usage on schema syncd to syncd_dba;
    for relation in
      select
        c.oid::regclass as name,
        string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'syncd'::regnamespace
        and c.relkind in ('r', 'p', 'v')
        and not c.relispartition
        and c.relname !~ '^outbox_\d{8}$'
        and (c.relname, a.attname) not in (
          ('shop', 'credentials'), ('shop', 'access_token'), ('shop', 'app_secret'), ('shop', 'app_secret_before'),
          ('person', 'password_hash'), ('session', 'token_hash'), ('invitation', 'token_hash'), ('signin_try', 'who')
        )
      group by c.oid
    loop
      execute format('revoke all on %s from syncd_dba', relation.name);
      if relation.name in ('syncd.shop'::regclass, 'syncd.person', 'syncd.session', 'syncd.invitation', 'syncd.signin_try') then
        execute format('grant select (%s) on %s to syncd_dba', relation.columns, relation.name);
      else
        execute format('grant select on %s to syncd_dba', relation.name);
      end if;
    end loop;
    revoke all on all functions in schema syncd from syncd_dba;
    grant execute on function
      syncd.retry(text, text, text, text),
      syncd.skip(text, text, text, text),
      syncd.retry_inbox(bigint, text, text),
      syncd.skip_inbox(bigint, text, text),
      syncd.pause(text, text, integer),
      syncd.resume(text),
      syncd.approve(bigint),
      syncd.reject(bigint),
      syncd.make_partitions(integer)
    to syncd_dba;
  end if;
  if to_regrole('syncd_backoffice') is not null then
    grant usage on schema syncd to syncd_backoffice;
    revoke all on all functions in schema syncd from syncd_backoffice;
    grant execute on function syncd.enqueue(text, text, text[], text[]) to syncd_backoffice;
  end if;
end $$;
