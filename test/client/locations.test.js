// Backstage's client reads locations, which are the configured sources here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Session } from './session.js';

let session;
let client;
before(async () => {
  session = await Session.start();
  client = session.client;
});
after(() => session?.stop());

const ids = locations => locations.map(location => location.id);

test('getLocations and getLocationById', async () => {
  const { items } = await client.getLocations();
  assert.deepEqual(ids(items), ['edge', 'example']);
  assert.deepEqual(await client.getLocationById('edge'), items[0]);
  assert.equal(items[0].entityRef, 'location:default/edge');
  assert.equal(await client.getLocationById('none'), undefined);
});

test('getLocationByRef', async () => {
  const [edge] = (await client.getLocations()).items;
  assert.deepEqual(await client.getLocationByRef(`${edge.type}:${edge.target}`), edge);
  assert.equal(await client.getLocationByRef('url:https://example.com/none'), undefined);
});

test('getLocationByEntity', async () => {
  assert.equal((await client.getLocationByEntity('component:default/web-shop')).id, 'example');
  assert.equal((await client.getLocationByEntity('System:default/Lonely')).id, 'edge');
  assert.equal(await client.getLocationByEntity('system:default/none'), undefined);
});

test('queryLocations by pages', async () => {
  const first = await client.queryLocations({ limit: 1 });
  assert.deepEqual([ids(first.items), first.totalItems], [['edge'], 2]);
  const second = await client.queryLocations({ cursor: first.pageInfo.nextCursor });
  assert.deepEqual([ids(second.items), second.totalItems, second.pageInfo], [['example'], 2, {}]);
  assert.deepEqual(ids((await client.queryLocations()).items), ['edge', 'example']);
});

test('queryLocations by a predicate', async () => {
  const some = async query => ids((await client.queryLocations({ query })).items);
  assert.deepEqual(await some({ type: 'Git', target: { $hasPrefix: session.server.folder } }), ['edge', 'example']);
  assert.deepEqual(await some({ entityRef: { $in: ['location:default/EXAMPLE', 'x'] } }), ['example']);
  assert.deepEqual(await some({ $any: [{ id: 'edge' }, { $not: { type: 'git' } }] }), ['edge']);
  await assert.rejects(some({ kind: 'location' }), error =>
    /expected id, type, target or entityRef/.test(error.cause.message),
  );
});

test('streamLocations keeps the predicate and the size of the pages', async () => {
  const pages = [];
  for await (const page of client.streamLocations({ limit: 1, query: { id: { $exists: true } } }))
    pages.push(ids(page));
  assert.deepEqual(pages, [['edge'], ['example']]);
  for await (const page of client.streamLocations()) assert.deepEqual(ids(page), ['edge', 'example']);
});
