-- What all spellings of an article's address share (`CanonicalUrl::identity`): one identity, one article.
alter table articles add column identity text not null default '';
update articles set identity = url;
create unique index articles_identity on articles (identity);

-- Further identities of an article: where its page was found at last, and what the page calls its address.
create table aliases (identity text primary key, article bigint not null);
create index aliases_article on aliases (article);

-- The registered domains whose pages are a source's own.
create table source_domains (source text not null, domain text not null, primary key (source, domain));
create index source_domains_domain on source_domains (domain);

-- The CSS selectors of a listing page, as TOML text.
alter table endpoints add column selectors text not null default '';

-- The last entry of an endpoint is asked for at each poll.
create index entries_endpoint on entries (endpoint, id);
