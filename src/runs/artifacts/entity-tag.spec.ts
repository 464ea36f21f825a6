import { matchesEntityTag } from './entity-tag.js';

const ETAG = '"abc"';

describe('matchesEntityTag', () => {
  it.each([
    ['the tag itself', '"abc"'],
    ['its weak form', 'W/"abc"'],
    ['a list that holds it', '"x", W/"y" ,"abc"'],
    ['a tag with a comma before it', '"x,y", "abc"'],
    ['anything there is', '*'],
  ])('is true of %s', (_name, header) => {
    expect(matchesEntityTag(header, ETAG)).toBe(true);
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another tag', '"abd"'],
    ['a tag without quotes', 'abc'],
    ['a tag that only contains it', '"xabc"'],
    ['a star among tags', '"x", *'],
  ])('is false of %s', (_name, header) => {
    expect(matchesEntityTag(header, ETAG)).toBe(false);
  });
});
