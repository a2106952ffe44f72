-- What somebody did to whole products in Shopify: which are gone there, what became of that.
-- Locks: syncd.link, syncd.history and syncd.harm in access exclusive mode for a moment (columns without a value; a check of
-- the few rows of harm).
-- Old code beside it: may run; it leaves such products dead, as it did.

alter table syncd.link add column gone_at timestamptz;
comment on column syncd.link.gone_at is
  'When it was found to be deleted in Shopify: it is made anew if the Backoffice has it active; null: it is there, as far as we know';

alter table syncd.history add column note text;
comment on column syncd.history.note is 'What a person should know of it, such as why it was made anew; null: nothing';

alter table syncd.harm drop constraint harm_harm_check;
alter table syncd.harm add constraint harm_harm_check
  check (harm in ('gone', 'inactive', 'price_fall', 'deletion', 'deleted'));
comment on column syncd.harm.harm is
  'gone (from the Backoffice), inactive (goes off sale), price_fall (by more than guard_price_fall_percent), deletion (of variants), deleted (in Shopify, to be made anew)';
comment on column syncd.run_difference.harms is
  'What the guards count: inactive, price_fall, deletion (once for each variant), deleted (in Shopify, to be made anew)';
comment on column syncd.run_difference.reason is
  'What a conflict is about, with the next step; else what somebody did in Shopify';
