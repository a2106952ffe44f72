-- Indexes by which the console lists what needs a person, what a run found: by cause, by verdict, a page at a time.
-- Locks: each table against writes while its index is made, syncd.run_difference for some seconds in a million rows.
-- Old code beside it: may run.

-- Dead changes alone: no claim touches it.
create index change_dead_cause on syncd.change (shop_id, cause, kind, key) where cause is not null;
create index file_failed on syncd.file (shop_id, key) where state = 'failed';
create index run_difference_verdict on syncd.run_difference (run_id, verdict, place) include (who);
create index run_difference_harm on syncd.run_difference (run_id, place) where harms <> '{}';
create index link_finding_asked on syncd.link_finding (run_id) where proposal = 'ask' and decision is null;
