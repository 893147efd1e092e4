-- Once a story is not looked for any more, what it was found by is taken back: these are still to be gone through.
create index stories_sought on stories (created) where length(signature) > 0;

-- The same rows in half the room: the key is all that there is.
create table shingles_of_stories (
    shingle bigint not null,
    story bigint not null,
    begun bigint not null,
    primary key (shingle, story)
) without rowid;
-- In the order of the key, else each row would be put into another page; sorted (`+`), else each would be fetched by itself.
insert into shingles_of_stories (shingle, story, begun)
    select shingle, story, begun from story_shingles order by +shingle, +story;
drop table story_shingles;
alter table shingles_of_stories rename to story_shingles;
create index story_shingles_story on story_shingles (story);
