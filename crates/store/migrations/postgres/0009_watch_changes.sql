-- The revision of the watch list with which a watch changed last: whoever has read the list reads only what is newer.
alter table watches add column revision bigint not null default 0;

-- Watches that are gone, with the revision that took them away; their numbers are never given again.
create table removed_watches (watch bigint primary key, revision bigint not null);

-- Watches that were removed before this was kept, as far as anything is known of them.
insert into removed_watches (watch, revision)
select told.watch, 0 from (select watch from matches union select watch from alerts) as told
where told.watch not in (select id from watches);
