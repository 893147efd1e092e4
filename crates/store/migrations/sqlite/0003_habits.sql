-- What the schedule has learned of an endpoint, in the fetcher's own form; null before the first poll.
-- What all endpoints share lies in `house` under the name `schedule`.
alter table endpoints add column habit blob;
create index jobs_due on jobs (kind, due);
