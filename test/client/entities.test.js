// Backstage's client reads entities: one, many by reference, all, by pages, as a stream.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CATALOG_FILTER_EXISTS, model } from './packages.js';
import { eventually } from './server.js';
import { Session } from './session.js';

let session;
let client;
before(async () => {
  session = await Session.start();
  client = session.client;
});
after(() => session?.stop());

const refs = entities => entities.map(entity => entity && model.stringifyEntityRef(entity));
const odd = 'component:other-space/mixed.case_name-1';

async function pages(stream) {
  const all = [];
  for await (const page of stream) all.push(page);
  return all;
}

test('getEntities without a request gives all, by reference', async () => {
  const { items } = await client.getEntities();
  assert.ok(items.length > 60);
  assert.deepEqual(refs(items), [...refs(items)].sort());
});

test('getEntities with filters: all of one record, any of several, in any case, by existence, by relation', async () => {
  const some = async filter => refs((await client.getEntities({ filter, fields: ['kind', 'metadata'] })).items);
  assert.deepEqual(await some({ kind: 'COMPONENT', 'metadata.namespace': 'other-space' }), [odd]);
  assert.deepEqual(await some([{ kind: 'system', 'metadata.name': 'lonely' }, { 'spec.number': '1.5' }]), [
    odd,
    'system:default/lonely',
  ]);
  assert.deepEqual(await some({ 'metadata.labels.empty': CATALOG_FILTER_EXISTS }), [odd]);
  assert.deepEqual(await some({ 'metadata.labels.empty': '' }), [odd]);
  assert.deepEqual(await some({ 'metadata.tags.c#': CATALOG_FILTER_EXISTS }), [odd]);
  assert.deepEqual(await some({ 'metadata.tags': ['C#', 'nothing'] }), [odd]);
  assert.deepEqual(await some({ 'metadata.annotations.example.com/url': 'https://example.com/?a=b&c=d#e' }), [odd]);
  assert.deepEqual(await some({ 'relations.ownedBy': 'user:default/nobody-knows' }), [odd]);
  assert.deepEqual(await some({ 'spec.list.deep.er': 'VALUE' }), [odd]);
  assert.deepEqual(await some({ kind: 'none' }), []);
});

test('getEntities with fields gives these alone', async () => {
  const { items } = await client.getEntities({
    filter: { 'metadata.name': 'lonely' },
    fields: ['kind', 'metadata.name', 'spec.none'],
  });
  assert.deepEqual(items, [{ kind: 'System', metadata: { name: 'lonely' } }]);
});

test('getEntities with order, offset and limit gives a window', async () => {
  const order = [
    { field: 'kind', order: 'desc' },
    { field: 'metadata.name', order: 'asc' },
  ];
  const all = refs((await client.getEntities({ order })).items);
  assert.deepEqual(refs((await client.getEntities({ order, offset: 5, limit: 7 })).items), all.slice(5, 12));
  const one = { field: 'metadata.name', order: 'asc' };
  assert.equal((await client.getEntities({ order: one, limit: 1 })).items.length, 1);
});

test('getEntities goes on behind a page by the Link header', async () => {
  const first = await session.ask('/api/catalog/entities?limit=10&filter=kind=component');
  const next = /^<(.*)>; rel="next"$/.exec(first.headers.get('link'))[1];
  const cursor = new URL(next, session.server.url).searchParams.get('after');
  const request = { filter: { kind: 'component' }, limit: 10 };
  const expected = refs((await client.getEntities({ ...request, offset: 10 })).items);
  assert.deepEqual(refs((await client.getEntities({ ...request, after: cursor })).items), expected);
});

test('getEntitiesByRefs keeps the order, with nothing where there is nothing', async () => {
  const entityRefs = [
    'component:web-shop',
    odd.toUpperCase(),
    'component:default/none',
    'Component:default/order-service',
    'component:web-shop',
  ];
  const { items } = await client.getEntitiesByRefs({ entityRefs });
  assert.deepEqual(refs(items), [
    'component:default/web-shop',
    odd,
    undefined,
    'component:default/order-service',
    'component:default/web-shop',
  ]);
  assert.deepEqual((await client.getEntitiesByRefs({ entityRefs: [] })).items, []);
});

test('getEntitiesByRefs with fields, filter and query', async () => {
  const entityRefs = ['component:default/web-shop', 'system:default/lonely'];
  const fields = ['metadata.name'];
  const only = [{ metadata: { name: 'web-shop' } }, undefined];
  assert.deepEqual((await client.getEntitiesByRefs({ entityRefs, fields, filter: { kind: 'component' } })).items, only);
  assert.deepEqual((await client.getEntitiesByRefs({ entityRefs, fields, query: { kind: 'component' } })).items, only);
  const both = {
    entityRefs,
    fields,
    query: { kind: { $in: ['component', 'system'] } },
    filter: { 'spec.type': CATALOG_FILTER_EXISTS },
  };
  assert.deepEqual((await client.getEntitiesByRefs(both)).items, only);
});

test('getEntitiesByRefs takes more references than fit into one request', async () => {
  const entityRefs = Array.from({ length: 2500 }, (_, i) =>
    i % 1000 === 0 ? 'component:default/web-shop' : `component:default/none-${i}`,
  );
  const { items } = await client.getEntitiesByRefs({ entityRefs, fields: ['metadata.name'] });
  assert.equal(items.length, 2500);
  assert.deepEqual(
    items.map((item, i) => (item ? i : undefined)).filter(i => i !== undefined),
    [0, 1000, 2000],
  );
});

test('getEntityByRef and getEntityByName, there and not there', async () => {
  const entity = await client.getEntityByRef(odd);
  assert.equal(entity.metadata.name, 'Mixed.Case_name-1');
  assert.equal(entity.spec.owner, 'user:default/nobody-knows');
  assert.deepEqual(
    await client.getEntityByRef({ kind: 'Component', namespace: 'Other-Space', name: 'MIXED.case_name-1' }),
    entity,
  );
  assert.deepEqual(
    await client.getEntityByName({ kind: 'component', namespace: 'other-space', name: 'Mixed.Case_name-1' }),
    entity,
  );
  assert.equal((await client.getEntityByName({ kind: 'System', name: 'lonely' })).metadata.namespace, 'default');
  assert.equal(await client.getEntityByRef('component:default/none'), undefined);
  assert.equal(await client.getEntityByRef('component:default/not a name/é'), undefined);
});

test('what was given is kept, and what Backstage adds is added', async () => {
  const entity = await client.getEntityByRef(odd);
  assert.equal(entity.metadata.title, 'Größe & "Quotes" 100 %, = yes?');
  assert.match(entity.metadata.description, /^Several lines:\n .*\t, and an emoji \u{1F680}$/su);
  assert.deepEqual(entity.spec.list, ['one', 2, true, { deep: { er: 'value' } }]);
  assert.equal(entity.spec.nothing, null);
  assert.equal(entity.spec.big, Number('12345678901234567890'));
  assert.match(entity.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.match(entity.metadata.etag, /^[0-9a-f]+$/);
  for (const name of ['managed-by-location', 'managed-by-origin-location']) {
    assert.match(entity.metadata.annotations[`backstage.io/${name}`], /peculiar\.yaml/, name);
  }
  assert.deepEqual(entity.relations, [
    { type: 'dependencyOf', targetRef: odd },
    { type: 'dependsOn', targetRef: odd },
    { type: 'dependsOn', targetRef: 'resource:default/missing' },
    { type: 'ownedBy', targetRef: 'user:default/nobody-knows' },
  ]);
});

test('relations stand on both sides, once', async () => {
  const group = await client.getEntityByRef('group:other-space/team-a');
  assert.deepEqual(group.relations, [{ type: 'hasMember', targetRef: 'user:other-space/ada' }]);
  const user = await client.getEntityByRef('user:other-space/ada');
  assert.deepEqual(user.relations, [{ type: 'memberOf', targetRef: 'group:other-space/team-a' }]);
});

test('getEntityAncestors', async () => {
  const ancestors = await client.getEntityAncestors({ entityRef: odd });
  assert.equal(ancestors.rootEntityRef, odd);
  assert.deepEqual(ancestors.items, [{ entity: await client.getEntityByRef(odd), parentEntityRefs: [] }]);
  await assert.rejects(client.getEntityAncestors({ entityRef: 'component:default/none' }), {
    name: 'ResponseError',
    statusCode: 404,
  });
});

test('queryEntities pages to and fro by cursors', async () => {
  const request = {
    filter: { kind: 'component' },
    fields: ['kind', 'metadata'],
    limit: 4,
    orderFields: { field: 'metadata.name', order: 'desc' },
  };
  const first = await client.queryEntities(request);
  const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, fields: request.fields, limit: 4 });
  const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor, fields: request.fields, limit: 4 });
  assert.equal(first.items.length, 4);
  assert.equal(first.pageInfo.prevCursor, undefined);
  assert.equal(second.totalItems, first.totalItems);
  assert.deepEqual(back.items, first.items);
  const all = await client.queryEntities({ ...request, limit: 1000 });
  const names = all.items.map(item => item.metadata.name.toLowerCase());
  assert.deepEqual(names, [...names].sort().reverse());
  assert.deepEqual([...first.items, ...second.items], all.items.slice(0, 8));
  assert.deepEqual((await client.queryEntities({ ...request, offset: 4 })).items, second.items);
  assert.deepEqual(all.pageInfo, {});
});

test('queryEntities by a predicate, and on behind its pages', async () => {
  const query = {
    $all: [
      { kind: { $in: ['Component', 'API'] } },
      { $not: { 'spec.type': 'openapi' } },
      { 'metadata.name': { $hasPrefix: 'o' } },
    ],
  };
  const first = await client.queryEntities({
    query,
    limit: 1,
    orderFields: [{ field: 'metadata.name', order: 'asc' }],
  });
  assert.ok(first.totalItems > 1);
  const found = [...first.items];
  for (let page = first; page.pageInfo.nextCursor; found.push(...page.items)) {
    page = await client.queryEntities({ cursor: page.pageInfo.nextCursor, limit: 1 });
  }
  assert.equal(found.length, first.totalItems);
  for (const entity of found)
    assert.ok(/^o/i.test(entity.metadata.name) && entity.spec.type !== 'openapi', entity.metadata.name);
});

test('queryEntities by a text, and without the count', async () => {
  const fullTextFilter = { term: ' LOVELACE ', fields: ['spec.profile.displayName', 'metadata.name'] };
  const found = await client.queryEntities({ fullTextFilter, totalItems: 'include' });
  assert.deepEqual(refs(found.items), ['user:other-space/ada']);
  assert.equal(found.totalItems, 1);
  const uncounted = await client.queryEntities({ filter: { kind: 'component' }, limit: 2, totalItems: 'exclude' });
  assert.equal(uncounted.totalItems, 0);
  assert.ok(uncounted.pageInfo.nextCursor);
  const posted = await client.queryEntities({ query: { kind: 'user' }, fullTextFilter, totalItems: 'exclude' });
  assert.deepEqual(refs(posted.items), ['user:other-space/ada']);
});

test('streamEntities gives every entity once, in pages', async () => {
  const all = (await client.getEntities()).items;
  for (const request of [undefined, { pageSize: 7 }, { pageSize: 7, query: { kind: { $exists: true } } }]) {
    const streamed = await pages(client.streamEntities(request));
    assert.deepEqual(streamed.flat(), all);
    if (request) assert.ok(streamed.slice(0, -1).every(page => page.length === 7));
  }
  const names = await pages(
    client.streamEntities({ pageSize: 3, filter: { kind: 'system' }, fields: ['metadata.name'] }),
  );
  assert.ok(names.flat().every(item => Object.keys(item).join() === 'metadata'));
});

test('a listing by cursors stays on its version while the catalog changes', async () => {
  const stream = client.streamEntities({ pageSize: 20, filter: { kind: 'component' } });
  const total = (await client.queryEntities({ filter: { kind: 'component' }, limit: 0 })).totalItems;
  const seen = [...(await stream.next()).value];
  const added = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'zz-added' },
    spec: { type: 'service', lifecycle: 'production', owner: 'x' },
  };
  session.server.repositories.edge.commit({ 'added.yaml': JSON.stringify(added) });
  await client.refreshEntity(odd);
  await eventually('the added entity is served', () => client.getEntityByRef('component:default/zz-added'));
  for await (const page of stream) seen.push(...page);
  assert.equal(seen.length, total);
  assert.ok(!refs(seen).includes('component:default/zz-added'));
});

test('getEntityFacets by filter and by query', async () => {
  const byFilter = await client.getEntityFacets({
    facets: ['kind', 'metadata.tags'],
    filter: { 'metadata.namespace': 'other-space' },
  });
  assert.deepEqual(byFilter.facets, {
    kind: [
      { value: 'Component', count: 1 },
      { value: 'Group', count: 1 },
      { value: 'User', count: 1 },
    ],
    'metadata.tags': [
      { value: 'a:b', count: 1 },
      { value: 'c#', count: 1 },
      { value: 'c++', count: 1 },
    ],
  });
  const byQuery = await client.getEntityFacets({
    facets: ['kind'],
    query: { 'metadata.namespace': 'other-space' },
    filter: { kind: ['user', 'group'] },
  });
  assert.deepEqual(byQuery.facets, {
    kind: [
      { value: 'Group', count: 1 },
      { value: 'User', count: 1 },
    ],
  });
});

test('the client with its own fetch, and with a token that nobody asked for', async () => {
  const plain = session.clientWith(undefined);
  assert.deepEqual(await plain.getEntityByRef(odd, { token: 'secret' }), await client.getEntityByRef(odd));
  assert.equal((await plain.getEntities()).items.length, (await client.getEntities()).items.length);
});
