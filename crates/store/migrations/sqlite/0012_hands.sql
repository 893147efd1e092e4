-- What people did to watches, and what happened to these: who and what stand sealed. The hash is that of the name that
-- the watch had from then on, so that it is found by any name that it ever had, also when it is gone.
create table watch_events (
    id integer primary key,
    watch bigint not null,
    name_hash text not null,
    at bigint not null,
    event_sealed blob not null
);
create index watch_events_watch on watch_events (watch, id);
create index watch_events_name on watch_events (name_hash);

-- What the team thinks of a story: marks and notes, sealed.
create table remarks (
    id integer primary key,
    story bigint not null references stories (id),
    at bigint not null,
    remark_sealed blob not null
);
create index remarks_story on remarks (story, id);

-- A paused watch is not unreadable: nobody asks it anything.
update subscriptions set told_unreadable = 0 where watch in (select id from watches where state = 'paused');
update watches set unreadable_since = 0, unreadable_reason = '' where state = 'paused';
