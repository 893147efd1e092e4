-- Hashes of a sentence's words, four bytes each, ascending, so that an edited sentence is recognised. Empty: it was
-- kept before there were any, and counts by its hash alone.
alter table story_sentences add column words blob not null default x'';
-- Which version brought it: what it had before is what is known when it is matched again.
alter table story_sentences add column version bigint not null default 0;

-- Under which shingles the stories of the last weeks are found, and when each began. What older versions kept of stories
-- is not comparable.
drop table story_bands;
create table story_shingles (
    shingle bigint not null,
    story bigint not null,
    begun bigint not null,
    primary key (shingle, story)
);

-- The news agency that the story's articles name; empty while none does.
alter table stories add column origin text not null default '';

-- Versions that a watch would have found but for a trap of the lexicon: which entity, and which trap.
create table held_back (
    watch bigint not null,
    version bigint not null,
    found bigint not null,
    what_sealed blob not null,
    primary key (watch, version)
);
create index held_back_found on held_back (watch, found);

-- What the comparisons of ledger and archive found, in numbers.
create table reconciliations (
    id integer primary key,
    at bigint not null,
    days bigint not null,
    watches bigint not null,
    versions bigint not null,
    missing bigint not null,
    superfluous bigint not null
);
