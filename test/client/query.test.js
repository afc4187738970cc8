// Our answers to listings, facets and look-ups beside those of Backstage's in-memory catalog of the same entities, for
// requests made at random. AUREACORE_QUERIES=COUNT,SEED tries others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { random } from './oracle/mutations.js';
import { CATALOG_FILTER_EXISTS, InMemoryCatalogClient, model } from './packages.js';
import { Session } from './session.js';

const [count, seed] = (process.env.AUREACORE_QUERIES ?? '250,20261122').split(',').map(Number);
const next = random(seed);

let session;
let theirs;
let entities;
let values; // path → the values that stand there, as a filter is going to name them
before(async () => {
  session = await Session.start();
  entities = (await session.client.getEntities()).items;
  theirs = new InMemoryCatalogClient({ entities });
  values = collectValues();
});
after(() => session?.stop());

function collect(path, value, found) {
  if (Array.isArray(value)) {
    for (const item of value) {
      collect(path, item, found);
      if (typeof item === 'string') found.push([`${path}.${item}`, 'true']);
    }
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) collect(path ? `${path}.${key}` : key, item, found);
  } else {
    found.push([path, String(value)]);
  }
}

// The etag is no field to search. A comma can't stand in a filter, and long values can't be found in Backstage; its
// in-memory catalog, other than its backend, finds no path with capitals in it but a relation's. Whole numbers too large
// for JavaScript keep their digits here.
function isComparable([path, value]) {
  if (path === 'metadata.etag' || /,/.test(path + value) || value !== value.trim() || value.length > 200) return false;
  if (/^\d+$/.test(value) && !Number.isSafeInteger(Number(value))) return false;
  return path.startsWith('relations.') || path === path.toLowerCase();
}

function collectValues() {
  const found = [];
  for (const { relations, ...entity } of entities) {
    collect('', entity, found);
    for (const { type, targetRef } of relations) found.push([`relations.${type}`, targetRef]);
  }
  const byPath = new Map();
  for (const [path, value] of found.filter(isComparable)) byPath.set(path, [...(byPath.get(path) ?? []), value]);
  return [...byPath];
}

const pick = items => items[Math.floor(next() * items.length)];
const chance = share => next() < share;
const many = (least, most, make) => Array.from({ length: least + Math.floor(next() * (most - least + 1)) }, make);
const shout = text => (chance(0.3) ? text.toUpperCase() : text);
const path = () => shout(pick(values)[0]);

// Only the last key may have several values: Backstage's in-memory catalog looks no further behind such a one.
function record() {
  const made = {};
  for (const [name, found] of many(1, 2, () => pick(values))) {
    made[name] = chance(0.25) ? CATALOG_FILTER_EXISTS : chance(0.1) ? 'nothing like it' : shout(pick(found));
  }
  if (chance(0.3)) {
    const [name, found] = pick(values.filter(([each]) => !(each in made)));
    made[name] = many(1, 3, () => pick(found));
  }
  return made;
}

const filter = () => (chance(0.2) ? undefined : chance(0.5) ? record() : many(1, 3, record));
const orders = () => many(1, 3, () => ({ field: path(), order: pick(['asc', 'desc']) }));
const fields = () =>
  chance(0.5) ? undefined : many(1, 4, () => pick(values)[0].replace(/^relations\..*/, 'relations'));

function fullTextFilter() {
  if (chance(0.6)) return undefined;
  const [name, found] = pick(values);
  const text = pick(found);
  const start = Math.floor(next() * text.length);
  const term = shout(text.slice(start, start + 1 + Math.floor(next() * 5)));
  return { term, fields: chance(0.3) ? undefined : [name, path()] };
}

// Predicates over what has one value in each entity: for those Backstage's two implementations are alike.
function predicate(depth = 0) {
  if (depth < 2 && chance(0.5)) {
    const inner = () => predicate(depth + 1);
    return pick([
      () => ({ $all: many(0, 3, inner) }),
      () => ({ $any: many(0, 3, inner) }),
      () => ({ $not: inner() }),
    ])();
  }
  const [name, found] = pick(
    values.filter(([each]) => /^(kind|metadata\.(name|title)|spec\.(type|lifecycle|owner))$/.test(each)),
  );
  const value = pick(found);
  return {
    [name]: pick([
      value,
      { $exists: chance(0.5) },
      { $in: many(0, 3, () => pick(found)) },
      { $hasPrefix: value.slice(0, 3) },
    ]),
  };
}

const keys = items => items.map(item => item && model.stringifyEntityRef(item));
// Names are in lower case in the in-memory catalog alone.
const counted = counts => counts.map(({ value, count: number }) => `${value.toLowerCase()} ${number}`).sort();

// Calls `check` with `count` requests and shows the one at fault.
async function each(make, check) {
  for (let i = 0; i < count; ++i) {
    const request = make();
    try {
      await check(request);
    } catch (error) {
      const show = (_, value) => (value === CATALOG_FILTER_EXISTS ? '(exists)' : value);
      error.message = `request ${i} of seed ${seed}: ${JSON.stringify(request, show)}\n${error.message}`;
      throw error;
    }
  }
}

test('getEntities', async () => {
  const make = () => ({
    filter: filter(),
    fields: fields(),
    order: orders(),
    offset: pick([0, 1, 5]),
    limit: pick([1, 7, 1000]),
  });
  await each(make, async request => {
    const [our, their] = await Promise.all([session.client.getEntities(request), theirs.getEntities(request)]);
    assert.deepEqual(our.items, their.items);
  });
});

test('queryEntities', async () => {
  const make = () => ({
    filter: filter(),
    orderFields: chance(0.3) ? undefined : orders(),
    fullTextFilter: fullTextFilter(),
    limit: 1000,
  });
  await each(make, async request => {
    const [our, their] = await Promise.all([session.client.queryEntities(request), theirs.queryEntities(request)]);
    assert.deepEqual(keys(our.items), request.orderFields ? keys(their.items) : keys(their.items).sort());
    assert.equal(our.totalItems, their.totalItems);
  });
});

test('queryEntities by a predicate', async () => {
  await each(predicate, async query => {
    const [our, their] = await Promise.all([
      session.client.queryEntities({ query, limit: 1000 }),
      theirs.queryEntities({ query }),
    ]);
    assert.deepEqual(keys(our.items), keys(their.items).sort());
  });
});

test('getEntityFacets', async () => {
  const make = () => ({ filter: filter(), facets: many(1, 3, path) });
  await each(make, async request => {
    const [our, their] = await Promise.all([session.client.getEntityFacets(request), theirs.getEntityFacets(request)]);
    for (const facet of request.facets)
      assert.deepEqual(counted(our.facets[facet]), counted(their.facets[facet]), facet);
  });
});

test('getEntitiesByRefs', async () => {
  const reference = () => (chance(0.2) ? 'component:default/none' : model.stringifyEntityRef(pick(entities)));
  const make = () => ({ entityRefs: many(0, 10, reference), filter: filter(), fields: fields() });
  await each(make, async request => {
    const [our, their] = await Promise.all([
      session.client.getEntitiesByRefs(request),
      theirs.getEntitiesByRefs(request),
    ]);
    assert.deepEqual(our.items, their.items);
  });
});
