-- Mails that the house before a restore may have sent already wait for a person, under the time of the restore. 0: they
-- do not wait.
alter table tellings add column held bigint not null default 0;
alter table digests add column held bigint not null default 0;

-- The restore that a subscriber was told of last; 0: none.
alter table subscribers add column told_restored bigint not null default 0;

-- When this house was restored, and from a backup of which time.
create table restores (at bigint primary key, backup bigint not null);
