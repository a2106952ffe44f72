-- The till of 1_till.sql tells syncd what was touched, in the transaction that touches it. Each trigger function is one
-- for insert and delete, one for update, one for truncate; docs/backoffice.md, section 3, says why.

create function kasse.syncd_keys(keys text[]) returns text[]
  language sql immutable
  return case when cardinality(keys) > 5000 then '{*}' else keys end;

create function kasse.syncd_artikkel() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'product', kasse.syncd_keys(array_agg(distinct t.modell::text)), '{}')
  from touched t
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_artikkel_endret() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'product', kasse.syncd_keys(array_agg(distinct d.modell::text)), '{}')
  from (
    (select artnr, modell, navn, farge, storrelse, ean, butikk, utpris_ore, mva_sats, sperret, utgatt, slettet from new_rows
      except
      select artnr, modell, navn, farge, storrelse, ean, butikk, utpris_ore, mva_sats, sperret, utgatt, slettet from old_rows)
    union all
    (select artnr, modell, navn, farge, storrelse, ean, butikk, utpris_ore, mva_sats, sperret, utgatt, slettet from old_rows
      except
      select artnr, modell, navn, farge, storrelse, ean, butikk, utpris_ore, mva_sats, sperret, utgatt, slettet from new_rows)
  ) as d
  having count(*) > 0;
  return null;
end $$;

-- A campaign knows its article, the article its model. A row that is updated tells of both places.
create function kasse.syncd_kampanje() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'product', kasse.syncd_keys(array_agg(distinct a.modell::text)), '{price}')
  from kasse.artikkel a
  where a.artnr = any(array(select t.artnr from touched t))
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_kampanje_endret() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'product', kasse.syncd_keys(array_agg(distinct a.modell::text)), '{price}')
  from kasse.artikkel a
  where a.artnr = any(array(select n.artnr from new_rows n union all select o.artnr from old_rows o))
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_bilde() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'product', kasse.syncd_keys(array_agg(distinct t.modell::text)), '{images}')
  from touched t
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_beholdning() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'stock', kasse.syncd_keys(array_agg(distinct t.artnr::text)), '{quantity}')
  from touched t
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_nettordre() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', 'order', kasse.syncd_keys(array_agg(distinct n.ordrenr::text)), '{completed}')
  from (
    select ordrenr, utlevert, sporing from new_rows
    except
    select ordrenr, utlevert, sporing from old_rows
  ) as n
  where n.utlevert is not null
  having count(*) > 0;
  return null;
end $$;

create function kasse.syncd_alt() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform syncd.enqueue('kasse', tg_argv[0], '{*}', '{}');
  return null;
end $$;

create trigger syncd_insert after insert on kasse.artikkel referencing new table as touched
  for each statement execute function kasse.syncd_artikkel();
create trigger syncd_update after update on kasse.artikkel referencing old table as old_rows new table as new_rows
  for each statement execute function kasse.syncd_artikkel_endret();
create trigger syncd_delete after delete on kasse.artikkel referencing old table as touched
  for each statement execute function kasse.syncd_artikkel();

create trigger syncd_insert after insert on kasse.kampanje referencing new table as touched
  for each statement execute function kasse.syncd_kampanje();
create trigger syncd_update after update on kasse.kampanje referencing old table as old_rows new table as new_rows
  for each statement execute function kasse.syncd_kampanje_endret();
create trigger syncd_delete after delete on kasse.kampanje referencing old table as touched
  for each statement execute function kasse.syncd_kampanje();

create trigger syncd_insert after insert on kasse.bilde referencing new table as touched
  for each statement execute function kasse.syncd_bilde();
create trigger syncd_update after update on kasse.bilde referencing new table as touched
  for each statement execute function kasse.syncd_bilde();
create trigger syncd_delete after delete on kasse.bilde referencing old table as touched
  for each statement execute function kasse.syncd_bilde();

create trigger syncd_insert after insert on kasse.beholdning referencing new table as touched
  for each statement execute function kasse.syncd_beholdning();
create trigger syncd_update after update on kasse.beholdning referencing new table as touched
  for each statement execute function kasse.syncd_beholdning();
create trigger syncd_delete after delete on kasse.beholdning referencing old table as touched
  for each statement execute function kasse.syncd_beholdning();

create trigger syncd_update after update on kasse.nettordre referencing old table as old_rows new table as new_rows
  for each statement execute function kasse.syncd_nettordre();

-- A store's name is the vendor of all that is sold there.
create trigger syncd_update after update on kasse.butikk
  for each statement execute function kasse.syncd_alt('product');

create trigger syncd_truncate before truncate on kasse.artikkel for each statement execute function kasse.syncd_alt('product');
create trigger syncd_truncate before truncate on kasse.kampanje for each statement execute function kasse.syncd_alt('product');
create trigger syncd_truncate before truncate on kasse.bilde for each statement execute function kasse.syncd_alt('product');
create trigger syncd_truncate before truncate on kasse.beholdning for each statement execute function kasse.syncd_alt('stock');

-- Also while a restore or a migration tool has set session_replication_role = replica.
do $$
declare
  one record;
begin
  for one in
    select t.tgrelid::regclass as name, t.tgname
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'kasse'::regnamespace
      and t.tgname like 'syncd\_%'
  loop
    execute format('alter table %s enable always trigger %I', one.name, one.tgname);
  end loop;
end $$;
