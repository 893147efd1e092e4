-- Times are milliseconds since 1970 UTC. `*_sealed` columns are encrypted, `*_hash` columns are keyed hashes of
-- the same value. 0 stands for "never" or "none" where a column is not null.

create table house (name text primary key, value blob not null);

create table jobs (
    id integer primary key,
    kind text not null,
    key text not null,
    lane text not null,
    subject bigint not null,
    attempt bigint not null default 0,
    created bigint not null,
    due bigint not null,
    leased_until bigint not null default 0,
    lease bigint not null default 0,
    holder text not null default '',
    parked bigint not null default 0,
    last_error text not null default '',
    unique (kind, key)
);
create index jobs_ready on jobs (kind, parked, due);
create index jobs_lane on jobs (kind, lane, leased_until);

create table sources (
    id text primary key,
    name text not null,
    country text not null,
    kind text not null,
    languages text not null,
    owner text not null,
    schedule text not null,
    timezone text not null,
    first_look text not null,
    delay_ms bigint not null,
    connections bigint not null,
    enabled bigint not null,
    rules text not null
);

create table endpoints (
    id integer primary key,
    source text not null references sources (id),
    kind text not null,
    url text not null,
    configured bigint not null default 1,
    etag text,
    last_modified text,
    state text not null default 'new',
    state_reason text not null default '',
    state_since bigint not null default 0,
    last_polled bigint not null default 0,
    last_read bigint not null default 0,
    looked bigint not null default 0,
    unique (source, url)
);

create table articles (
    id integer primary key,
    source text not null references sources (id),
    url text not null unique,
    first_seen bigint not null,
    backlog bigint not null,
    story bigint,
    latest_version bigint
);
create index articles_story on articles (story);

create table entries (
    id integer primary key,
    endpoint bigint not null references endpoints (id),
    article bigint not null references articles (id),
    title text not null,
    summary text not null,
    content text not null,
    published bigint not null,
    seen bigint not null,
    unique (endpoint, article)
);
create index entries_article on entries (article);

create table captures (
    id integer primary key,
    article bigint not null references articles (id),
    fetched bigint not null,
    status bigint not null,
    payload_sha256 text not null,
    file text not null,
    file_offset bigint not null,
    file_length bigint not null,
    unique (file, file_offset)
);
create index captures_article on captures (article);

create table versions (
    id integer primary key,
    article bigint not null references articles (id),
    capture bigint,
    origin text not null,
    title text not null,
    byline text not null,
    published bigint not null,
    lang text not null,
    blocks text not null,
    fingerprint text not null,
    created bigint not null,
    watch_revision bigint not null default 0
);
create index versions_article on versions (article);

create table stories (
    id integer primary key,
    first_version bigint not null unique references versions (id),
    signature blob not null,
    created bigint not null
);

create table story_bands (band bigint not null, story bigint not null, primary key (band, story));

create table story_sentences (story bigint not null, sentence bigint not null, primary key (story, sentence));

create table watches (
    id integer primary key,
    name_hash text not null unique,
    name_sealed blob not null,
    query_sealed blob not null,
    state text not null,
    created bigint not null
);

create table matches (
    watch bigint not null,
    version bigint not null,
    story bigint not null,
    clauses text not null,
    backlog bigint not null,
    found bigint not null,
    primary key (watch, version)
);
create index matches_found on matches (found);

create table alerts (
    id integer primary key,
    watch bigint not null,
    story bigint not null,
    novelty text not null,
    article bigint not null,
    version bigint not null,
    created bigint not null,
    excerpt_sealed blob not null,
    unique (watch, story, novelty)
);

create table subscribers (
    id integer primary key,
    address_hash text not null unique,
    address_sealed blob not null,
    language text not null,
    timezone text not null,
    paused bigint not null default 0,
    created bigint not null,
    last_number bigint not null default 0
);

create table subscriptions (
    id integer primary key,
    subscriber bigint not null references subscribers (id),
    watch bigint not null,
    frequency text not null,
    mode text not null,
    unique (subscriber, watch)
);
create index subscriptions_watch on subscriptions (watch);

create table tellings (
    subscriber bigint not null,
    alert bigint not null,
    frequency text not null,
    digest bigint not null default 0,
    primary key (subscriber, alert)
);
create index tellings_open on tellings (digest, subscriber, frequency);

create table digests (
    id integer primary key,
    subscriber bigint not null references subscribers (id),
    frequency text not null,
    number bigint not null,
    message_id text not null unique,
    frozen bigint not null,
    sent bigint not null default 0,
    contents_sealed blob not null,
    unique (subscriber, number)
);

create table deliveries (
    id integer primary key,
    digest bigint not null references digests (id),
    at bigint not null,
    answer text not null
);

create table lexicon_entries (
    id integer primary key,
    name_hash text not null unique,
    entry_sealed blob not null,
    created bigint not null
);

create table revisions (name text primary key, number bigint not null);
insert into revisions (name, number) values ('watches', 1);
