-- Since when a watch cannot be read, 0 while it can; and what is wrong with it, without any text of the query.
alter table watches add column unreadable_since bigint not null default 0;
alter table watches add column unreadable_reason text not null default '';

-- Since when the watch was unreadable as this subscriber was told of it; 0 when there is nothing told that is not over.
alter table subscriptions add column told_unreadable bigint not null default 0;
