-- How an endpoint has done of late, as JSON; empty before the first poll.
alter table endpoints add column health text not null default '';

-- Why pages are read although robots.txt forbids it; empty: they are not.
alter table sources add column robots_override text not null default '';

-- Whether a person was told that the source's content rule yields nothing.
alter table sources add column rule_empty_told bigint not null default 0;

-- What a person is told of a source; endpoint 0 stands for its content rule.
create table notices (
    id integer primary key,
    source text not null references sources (id),
    endpoint bigint not null,
    at bigint not null,
    since bigint not null,
    state text not null,
    recovered bigint not null,
    reason text not null
);
create index notices_at on notices (at);

-- Which notices stood in a digest of a subscriber.
create table told_notices (
    subscriber bigint not null,
    notice bigint not null references notices (id),
    primary key (subscriber, notice)
);
