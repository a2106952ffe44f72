-- The words by which a linked product is searched.
-- Locks: syncd.link in access exclusive mode while it is written anew with the new column (some seconds for 100,000 products).
-- Old code beside it: may run; Postgres fills the column.

alter table syncd.link add column words tsvector generated always as (
  to_tsvector('simple'::regconfig, left(
    translate(
      lower((known ->> 'title') || ' ' || (jsonb_path_query_array(known, '$.variants[*].sku')::text) || ' '
        || (jsonb_path_query_array(known, '$.variants[*].barcode')::text)),
      'áàâäãéèêëíìîïóòôöõúùûüçñÁÀÂÄÃÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÇÑÅÆØ«»“”„–…',
      'aaaaaeeeeiiiiooooouuuucnaaaaaeeeeiiiiooooouuuucnåæø       '
    ), 100000
  ))
) stored;
create index link_words on syncd.link using gin (words);
comment on column syncd.link.words is 'The words of its name, its SKUs and barcodes as Shopify last accepted them, without accents: for searching';
