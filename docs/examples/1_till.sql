-- A till as vendors ship it, seen nowhere else in this project: what it has before anybody hears of syncd.
-- One row is an article, that is a size and a colour; articles of one model belong together. Money is in øre, times
-- are those on the wall, what is deleted is marked. docs/vendors.md connects it.

create schema kasse;

create table kasse.butikk (
  nr integer primary key,
  navn text not null
);

create table kasse.artikkel (
  artnr integer primary key,
  modell integer not null,
  navn text not null,
  farge text,
  storrelse text,
  ean text,
  butikk integer not null references kasse.butikk,
  utpris_ore integer not null,
  mva_sats numeric not null default 25,
  sperret boolean not null default false,
  utgatt boolean not null default false,
  slettet boolean not null default false,
  endret timestamp not null default localtimestamp
);

create table kasse.kampanje (
  kampanjenr integer generated always as identity primary key,
  artnr integer not null references kasse.artikkel,
  pris_ore integer not null,
  fra date not null,
  til date not null,  -- the last day of it
  exclude using gist (int4range(artnr, artnr, '[]') with &&, daterange(fra, til, '[]') with &&)
);

create table kasse.bilde (
  modell integer not null,
  nr smallint not null,
  adresse text not null,
  lastet_opp timestamp not null default localtimestamp,
  primary key (modell, nr)
);

create table kasse.beholdning (
  artnr integer not null references kasse.artikkel,
  butikk integer not null references kasse.butikk,
  antall integer not null,
  primary key (artnr, butikk)
);

create table kasse.kunde (
  kundenr integer generated always as identity primary key,
  navn text not null default '',
  epost text,
  telefon text
);

create table kasse.nettordre (
  ordrenr integer generated always as identity primary key,
  kundenr integer references kasse.kunde,
  utlevert timestamptz,
  sporing text
);

insert into kasse.butikk values (1, 'Fjell og Fjord'), (2, 'Lageret');
