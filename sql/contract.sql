-- What syncd expects of a Backoffice: the views it reads and the functions it calls, all of them in the
-- schema syncd_contract. Repeatable; applied after the migrations. `syncd check` holds a Backoffice against it;
-- docs/backoffice.md tells how to fulfil it, sql/reference/ is a small Backoffice that does.
-- Keys are the Backoffice's own, as text; they never change and are never used again for another thing.

create or replace view syncd.contract (kind, name, position, column_name, type, is_required, meaning) as
values
  ('view'::text, 'product'::text, 1, 'account_id'::text, 'text'::text, true,
    'The retailer; a database may hold many'::text),
  ('view', 'product', 2, 'product_key', 'text', true,
    'The product. One row each; a product that is deleted is simply not here and is archived in the shop'),
  ('view', 'product', 3, 'title', 'text', true, 'The name customers see, one line'),
  ('view', 'product', 4, 'vendor', 'text', true, 'The store (Butikk) the product belongs to; becomes the vendor'),
  ('view', 'product', 5, 'description_html', 'text', false,
    'The description as HTML; sent only where the shop''s setting says so'),
  ('view', 'product', 6, 'is_active', 'boolean', true, 'Whether it is for sale; false makes it a draft in the shop'),
  ('view', 'product', 7, 'updated_at', 'timestamptz', true, 'When the product was last touched; shown, never decided by'),

  ('view', 'option', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'option', 2, 'product_key', 'text', true,
    'The product. A product without options has no rows here and one variant'),
  ('view', 'option', 3, 'position', 'integer', true, '1, 2 or 3, without gaps: which of the variant''s option columns it names'),
  ('view', 'option', 4, 'name', 'text', true, 'What is chosen, such as Størrelse'),

  ('view', 'variant', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'variant', 2, 'product_key', 'text', true, 'The product it is a variant of'),
  ('view', 'variant', 3, 'variant_key', 'text', true, 'The variant; unique in the account'),
  ('view', 'variant', 4, 'position', 'integer', true, 'Its place among the product''s variants, lowest first'),
  ('view', 'variant', 5, 'option1', 'text', false, 'Its value of option 1, such as Medium; null without that option'),
  ('view', 'variant', 6, 'option2', 'text', false, 'Its value of option 2; null without that option'),
  ('view', 'variant', 7, 'option3', 'text', false, 'Its value of option 3; null without that option'),
  ('view', 'variant', 8, 'sku', 'text', false, 'The article number; matched with Shopify''s, so best unique'),
  ('view', 'variant', 9, 'barcode', 'text', false, 'The primary barcode, digits as printed'),
  ('view', 'variant', 10, 'is_tracked', 'boolean', true, 'Whether stock is counted; false is always for sale'),
  ('view', 'variant', 11, 'image_key', 'text', false, 'The picture of this variant, one of the product''s images'),
  ('view', 'variant', 12, 'is_blocked', 'boolean', true,
    'Whether its sale is stopped; true: it stays in the Backoffice but must not be sold'),

  ('view', 'image', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'image', 2, 'product_key', 'text', true, 'The product it shows'),
  ('view', 'image', 3, 'image_key', 'text', true, 'The picture; unique within the product'),
  ('view', 'image', 4, 'position', 'integer', true, 'Its place among the product''s pictures, lowest first'),
  ('view', 'image', 5, 'address', 'text', true, 'Where Shopify fetches it: an http or https address open to all'),
  ('view', 'image', 6, 'alt', 'text', false, 'What it shows, in words'),
  ('view', 'image', 7, 'version', 'text', false,
    'A hash or a time that changes with the picture; null when a new picture gets a new address'),

  ('view', 'price', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'price', 2, 'department_key', 'text', true, 'The department whose price list this is'),
  ('view', 'price', 3, 'variant_key', 'text', true, 'The variant; without a row it has no price in that department'),
  ('view', 'price', 4, 'list_price', 'numeric', true, 'The ordinary price of one, in `currency`, VAT included'),
  ('view', 'price', 5, 'offer_price', 'numeric', false, 'The price during an offer, in `currency`, VAT included'),
  ('view', 'price', 6, 'offer_from', 'timestamptz', false, 'The offer holds from this moment; null: since ever'),
  ('view', 'price', 7, 'offer_until', 'timestamptz', false, 'The offer holds until just before this moment; null: for ever'),
  ('view', 'price', 8, 'currency', 'text', true, 'ISO 4217, three capital letters, such as NOK'),
  ('view', 'price', 9, 'vat_percent', 'numeric', true, 'The VAT that the prices include, in percent, such as 25'),

  ('view', 'stock', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'stock', 2, 'warehouse_key', 'text', true, 'The warehouse that was counted'),
  ('view', 'stock', 3, 'variant_key', 'text', true, 'The variant; without a row there are none'),
  ('view', 'stock', 4, 'quantity', 'integer', true, 'How many can be sold from there, in pieces; may be negative'),

  ('view', 'department', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'department', 2, 'department_key', 'text', true, 'The department'),
  ('view', 'department', 3, 'name', 'text', true, 'Its name, as people know it'),

  ('view', 'warehouse', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'warehouse', 2, 'warehouse_key', 'text', true, 'The warehouse'),
  ('view', 'warehouse', 3, 'name', 'text', true, 'Its name, as people know it'),

  ('view', 'order_completion', 1, 'account_id', 'text', true, 'The retailer'),
  ('view', 'order_completion', 2, 'order_key', 'text', true, 'An order that receive_order was given, now completed'),
  ('view', 'order_completion', 3, 'completed_at', 'timestamptz', true, 'When it was handed over or sent, in part or as a whole'),
  ('view', 'order_completion', 4, 'tracking_company', 'text', false, 'The carrier, such as Posten'),
  ('view', 'order_completion', 5, 'tracking_number', 'text', false, 'The carrier''s number of the parcel'),
  ('view', 'order_completion', 6, 'tracking_url', 'text', false, 'Where the customer can follow the parcel'),
  ('view', 'order_completion', 7, 'lines', 'jsonb', false,
    'Null: the whole order. Otherwise how far it is completed, as [{"id": Shopify''s of the line as receive_order was given '
    'it, "quantity": pieces handed over or sent so far, all together}]; a line that is not there has 0'),

  ('function', 'receive_stock', 1, 'account_id', 'text', true, 'The retailer'),
  ('function', 'receive_stock', 2, 'warehouse_key', 'text', true, 'The warehouse whose count is set'),
  ('function', 'receive_stock', 3, 'variant_key', 'text', true, 'The variant'),
  ('function', 'receive_stock', 4, 'quantity', 'integer', true, 'How many there are to be, in pieces; not a difference; may be negative'),
  ('function', 'receive_stock', 5, 'change_from_quantity', 'integer', true,
    'How many there must be at this moment, by the view stock (0 without a row); with another count nothing is changed'),
  ('function', 'receive_stock', 0, 'returns', 'boolean', true,
    'Whether there were so many, so that it was set; false: nothing was changed, syncd reads the count anew'),

  ('function', 'receive_customer', 1, 'account_id', 'text', true, 'The retailer'),
  ('function', 'receive_customer', 2, 'customer', 'jsonb', true,
    'id (Shopify''s, required), first_name, last_name, name, email, phone, created_at, updated_at (required, ISO 8601), '
    'deleted (true: gone from Shopify, then without name, email, phone), merged_into (the id of the customer it became '
    'part of). News older than the last change nothing. A key that is missing says nothing, one that is null says empty'),
  ('function', 'receive_customer', 0, 'returns', 'text', true,
    'The Backoffice''s key of the customer; the same id, the same key. Null only for one that is deleted and was never known'),

  ('function', 'receive_order', 1, 'account_id', 'text', true, 'The retailer'),
  ('function', 'receive_order', 2, 'order', 'jsonb', true,
    'id (Shopify''s, required), number, ordered_at, updated_at (both required, ISO 8601), cancelled_at, cancel_reason, '
    'currency, total, tax, discount, shipping (amounts of the whole order, VAT included), payment_state, fulfilment_state, '
    'delivery_method, note, email, phone, customer (as receive_customer takes it, or null), shipping_address, '
    'billing_address, discount_codes, taxes, shipping_lines, lines: id, variant_key (or null), sku, title, variant_title, '
    'quantity (what is still wanted, after edits and refunds), ordered_quantity, unit_price, discount, tax, total, '
    'vat_percent. Amounts are decimal text, VAT included. News older than the last change nothing. A key that is missing '
    'says nothing, one that is null says empty. Moves no stock'),
  ('function', 'receive_order', 0, 'returns', 'text', true, 'The Backoffice''s key of the order; the same id, the same key'),

  ('function', 'receive_product', 1, 'account_id', 'text', true, 'The retailer'),
  ('function', 'receive_product', 2, 'department_key', 'text', true, 'The department whose price list the prices belong to'),
  ('function', 'receive_product', 3, 'product', 'jsonb', true,
    'A product that the Backoffice does not have: id (Shopify''s, required), title, vendor (the store), description_html (or '
    'null), is_active, currency, prices_include_vat (false: add the VAT), options (their names; none: one variant), images '
    '(in order: id, address, alt), variants (in order: id, option_values in the order of options, sku, barcode, price, '
    'compare_at_price, is_tracked, is_taxed, image: the id of one of images; sku, barcode, compare_at_price and image may be '
    'null). Amounts are decimal text; a compare_at_price is above the price: it is the list price, the price then an offer '
    'without an end. An id that is known changes nothing. Moves no stock. Optional: without it nothing can be imported'),
  ('function', 'receive_product', 0, 'returns', 'jsonb', true,
    'The Backoffice''s keys, the same ones for the same id: {"key": the product''s, "variants": {Shopify''s id: the variant''s}}'),

  ('function', 'redact_customer', 1, 'account_id', 'text', true, 'The retailer'),
  ('function', 'redact_customer', 2, 'customer', 'jsonb', true,
    'A person who asks to be forgotten: id (Shopify''s, or null), email, phone (or null), orders (Shopify''s ids). Any of them '
    'may be all that is given; what the law wants kept, such as accounts, stays without the person'),
  ('function', 'redact_customer', 0, 'returns', 'void', true, 'Nothing; given twice it acts once');

comment on view syncd.contract is
  'What syncd expects in the schema syncd_contract: one row a column of each view, one an argument of each function';
comment on column syncd.contract.kind is 'view: syncd reads it; function: syncd calls it';
comment on column syncd.contract.name is 'The name of the view or function in the schema syncd_contract';
comment on column syncd.contract.position is
  'Place of the argument (0: what the function returns); for a view the order of reading, not required';
comment on column syncd.contract.column_name is 'The column, or the argument';
comment on column syncd.contract.type is 'Its type: text also as varchar or char, integer also as smallint or bigint, numeric also as an integer';
comment on column syncd.contract.is_required is 'Whether a null breaks the contract';
comment on column syncd.contract.meaning is 'What it says, with its unit';

grant select on syncd.contract to public;
