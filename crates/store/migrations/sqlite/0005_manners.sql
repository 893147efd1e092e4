-- The only way to a source, and the languages it is asked for; empty for none and for its own.
alter table sources add column proxy text not null default '';
alter table sources add column accept_language text not null default '';

-- What polls have taught of an endpoint's server, as JSON; empty before the first time.
alter table endpoints add column conduct text not null default '';

-- The robots.txt files that are believed until a time.
create table robots (
    origin text primary key,
    body blob not null,
    believed_until bigint not null
);
