-- Health and metrics count the articles of each source, and those of which only the feed could be read: by walking over
-- all articles for each, which took seconds with a hundred thousand of them.
create index articles_source on articles (source);
create index versions_from_feed on versions (article) where origin = 'feed';
