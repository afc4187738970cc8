// What Backstage's client makes of refusals: each says what was expected and what to do instead.
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

const refused = (call, { statusCode, name, says }) =>
  assert.rejects(call, error => {
    if (error instanceof assert.AssertionError) throw error;
    assert.equal(error.name, 'ResponseError');
    assert.equal(error.statusCode, statusCode);
    assert.match(error.message, new RegExp(`^Request failed with ${statusCode} [A-Z]`));
    assert.equal(error.cause.name, name);
    for (const part of says) assert.match(error.cause.message, part);
    assert.equal(error.body.response.statusCode, statusCode);
    assert.match(error.body.request.url, /^\/api\/catalog\//);
    return true;
  });

test('what would write is refused, with what to do instead', async () => {
  const notAllowed = (...says) => ({ statusCode: 403, name: 'NotAllowedError', says: [/^expected a read/, ...says] });
  const uid = (await client.getEntityByRef('system:default/lonely')).metadata.uid;
  const target = 'https://example.com/catalog-info.yaml';
  const inItsFile = /take it out of peculiar\.yaml with a commit to .*\/edge#main$/;
  await refused(client.removeEntityByUid(uid), notAllowed(/system:default\/lonely/, inItsFile));
  await refused(client.removeEntityByUid('none'), notAllowed(/commit to the repository/));
  await refused(client.addLocation({ target }), notAllowed(/add its repository to the configuration's sources/));
  await refused(client.addLocation({ target, dryRun: true, onConflict: 'refresh' }), notAllowed(/sources/));
  await refused(client.updateLocation('edge', { target }), notAllowed(/location edge, .* sources/));
  await refused(client.removeLocationById('edge'), notAllowed(/location edge, .* sources/));
  await refused(client.removeLocationById('none'), notAllowed(/sources/));
  assert.ok(await client.getEntityByRef('system:default/lonely'));
});

test('what is not well-formed is refused, naming the part', async () => {
  const badInput = (...says) => ({ statusCode: 400, name: 'InputError', says });
  await refused(client.getEntities({ fields: ['metadata.links[0]'] }), badInput(/metadata\.links\[0\]/));
  await refused(client.getEntities({ limit: -1 }), badInput(/limit/, /-1/));
  await refused(client.getEntities({ order: { field: 'kind', order: 'up' } }), badInput(/asc or desc/, /up/));
  await refused(client.queryEntities({ cursor: 'nonsense' }), badInput(/cursor/));
  await refused(client.queryEntities({ limit: 1_000_000 }), badInput(/10000/, /1000000/));
  await refused(client.queryEntities({ query: { kind: { $like: 'x' } } }), badInput(/query\.kind|\$exists/, /\$like/));
  await refused(client.getEntityFacets({ facets: [] }), badInput(/facet/));
  await refused(client.queryLocations({ limit: 0 }), badInput(/limit/));
  await refused(client.refreshEntity('no reference at all'), badInput(/no reference at all/));
});

test('what is not there is refused where there must be something', async () => {
  const notFound = (...says) => ({ statusCode: 404, name: 'NotFoundError', says });
  await refused(client.getEntityAncestors({ entityRef: 'system:default/none' }), notFound(/none/));
  await refused(client.refreshEntity('system:default/none'), notFound(/system:default\/none/));
});

test('refreshEntity checks the source of the entity at once', async () => {
  await client.refreshEntity('component:default/web-shop');
});

test('before the first load it says so, and when to come again', async () => {
  const early = await Session.start({ sources: { lost: null }, ready: false });
  try {
    const says = [/sources are being read/];
    await refused(early.client.getEntities(), { statusCode: 503, name: 'ServiceUnavailableError', says });
    await refused(early.client.getEntityByRef('a:b/c'), { statusCode: 503, name: 'ServiceUnavailableError', says });
    assert.match((await early.ask('/api/catalog/entities')).headers.get('retry-after'), /^\d+$/);
  } finally {
    await early.stop();
  }
});
