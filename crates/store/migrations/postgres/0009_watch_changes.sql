-- The revision of the watch list with which a watch changed last: whoever has read the list reads only what is newer.
alter table watches add column revision bigint not null default 0;

-- Watches that are gone, with the revision that took them away; their numbers are never given again.
create table removed_watches (watch bigint primary key, revision bigint not null);
