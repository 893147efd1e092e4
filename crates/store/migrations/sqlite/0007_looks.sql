-- How an article stands at its outlet, and since when; since when no look has found it; how many looks in a row met an
-- outage. 0 stands for "never" and "none".
alter table articles add column presence text not null default 'present';
alter table articles add column presence_since bigint not null default 0;
alter table articles add column missing_since bigint not null default 0;
alter table articles add column outages bigint not null default 0;

-- Later looks at the pages of articles, and what each found.
create table looks (
    id integer primary key,
    article bigint not null references articles (id),
    at bigint not null,
    sight text not null,
    status bigint not null default 0,
    capture bigint,
    reason text not null default ''
);
create index looks_article on looks (article, id);
create index looks_capture on looks (capture);
