-- Once a story is not looked for any more, what it was found by is taken back: these are still to be gone through.
create index stories_sought on stories (created) where length(signature) > 0;
create index story_shingles_story on story_shingles (story);
