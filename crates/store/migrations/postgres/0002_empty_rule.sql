-- Since when a source's content rule finds nothing on its pages; 0 while it does.
alter table sources add column rule_empty_since bigint not null default 0;
