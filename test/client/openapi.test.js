// Every operation of the served OpenAPI document, asked for real, with every answer that the document gives it: status,
// headers, content type and body (contract.js). An operation, an answer or a query parameter that the document has and
// nothing here asks for is a failure: add a request to `requests`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Session } from './session.js';
import { checkout, eventually } from './server.js';

const shop = 'component/default/web-shop';
const filtered = 'filter=kind=component&consistency=eventual';
const paged = `${filtered}&fields=kind,metadata.name&limit=2&offset=1`;
const system = { apiVersion: 'backstage.io/v1alpha1', kind: 'System', metadata: { name: 'x' }, spec: { owner: 'x' } };
const shrinking = {
  'one.yaml': `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: one}
spec: {type: service, lifecycle: production, owner: none}
`,
};
const edgeFile = path => `file:${session.server.repositories.edge.directory}/${path}`;
const followed = 'types=all&consistency=eventual';
const texted = 'fullTextFilterTerm=shop&fullTextFilterFields=metadata.name,metadata.title&totalItems=exclude';

const hookProof = { Authorization: 'Bearer of the hooks' };

// By operationId: what is asked, with the status expected where that isn't 200. From the first request others are derived:
// unchanged (304, or 412 to a POST), malformed (400), a version that is gone (410), before the first load (503), only what is
// cached (504).
const requests = {
  getEntities: [
    `/api/catalog/entities?${paged}&order=asc:metadata.name`,
    () => `/api/catalog/entities?after=${cursor('begin')}`,
    [() => `/api/catalog/entities?after=${cursor('begin', lostVersion)}`, { status: 410 }],
  ],
  getEntitiesByQuery: [
    `/api/catalog/entities/by-query?${paged}&orderField=metadata.name,desc&${texted}`,
    '/api/catalog/entities/by-query',
    () => `/api/catalog/entities/by-query?cursor=${cursor('end')}`,
    [() => `/api/catalog/entities/by-query?cursor=${cursor('end', lostVersion)}`, { status: 410 }],
  ],
  queryEntitiesByPredicate: [
    [
      '/api/catalog/entities/by-query?consistency=eventual',
      {
        body: {
          query: { kind: 'component' },
          limit: 2,
          offset: 1,
          fields: ['metadata.name'],
          orderBy: [{ field: 'metadata.name', order: 'asc' }],
        },
      },
    ],
    ['/api/catalog/entities/by-query', { body: {} }],
    ['/api/catalog/entities/by-query', { body: () => ({ cursor: cursor('begin', lostVersion) }), status: 410 }],
  ],
  getEntitiesByRefs: [
    [
      `/api/catalog/entities/by-refs?${filtered}`,
      { body: { entityRefs: ['component:default/web-shop', 'component:default/none'] } },
    ],
    ['/api/catalog/entities/by-refs?fields=metadata', { body: { entityRefs: ['component:default/web-shop'] } }],
  ],
  getEntityByUid: [
    () => `/api/catalog/entities/by-uid/${uid}?consistency=eventual`,
    ['/api/catalog/entities/by-uid/none', { status: 404 }],
  ],
  deleteEntityByUid: [[() => `/api/catalog/entities/by-uid/${uid}`, { method: 'DELETE', status: 403 }]],
  getEntityByName: [
    `/api/catalog/entities/by-name/${shop}`,
    `/api/catalog/entities/by-name/${shop}?consistency=eventual`,
    '/api/catalog/entities/by-name/component/other-space/mixed.case_name-1',
    ['/api/catalog/entities/by-name/component/default/none', { status: 404 }],
  ],
  getEntityAncestry: [
    `/api/catalog/entities/by-name/${shop}/ancestry?consistency=eventual`,
    ['/api/catalog/entities/by-name/component/default/none/ancestry', { status: 404 }],
  ],
  getEntityFacets: [`/api/catalog/entity-facets?facet=kind&facet=metadata.tags&${filtered}`],
  queryEntityFacetsByPredicate: [
    [
      '/api/catalog/entity-facets?consistency=eventual',
      { body: { facets: ['spec.type'], query: { kind: 'component' } } },
    ],
  ],
  getLocations: ['/api/catalog/locations?consistency=eventual'],
  createLocation: [
    [
      '/api/catalog/locations?dryRun=true&onConflict=reject',
      { body: { type: 'url', target: 'https://example.com/x.yaml' }, status: 403 },
    ],
  ],
  getLocationsByQuery: [
    ['/api/catalog/locations/by-query?consistency=eventual', { body: { limit: 1, query: { type: 'git' } } }],
    ['/api/catalog/locations/by-query', { body: {} }],
  ],
  getLocationByEntity: [
    `/api/catalog/locations/by-entity/${shop}?consistency=eventual`,
    ['/api/catalog/locations/by-entity/component/default/none', { status: 404 }],
  ],
  getLocation: ['/api/catalog/locations/edge?consistency=eventual', ['/api/catalog/locations/none', { status: 404 }]],
  updateLocation: [
    ['/api/catalog/locations/edge', { method: 'PUT', body: { target: 'https://example.com/x.yaml' }, status: 403 }],
  ],
  deleteLocation: [['/api/catalog/locations/edge', { method: 'DELETE', status: 403 }]],
  refreshEntity: [
    ['/api/catalog/refresh?consistency=eventual', { body: { entityRef: 'component:default/web-shop' } }],
    ['/api/catalog/refresh', { body: { entityRef: 'component:default/none' }, status: 404 }],
  ],
  validateEntity: [
    ['/api/catalog/validate-entity', { body: () => ({ entity: system, location: 'url:https://example.com/x.yaml' }) }],
    [
      '/api/catalog/validate-entity',
      { body: () => ({ entity: { ...system, spec: {} }, location: 'url:https://example.com/x.yaml' }), status: 400 },
    ],
  ],
  analyzeLocation: [
    [
      '/api/catalog/analyze-location?consistency=eventual',
      {
        body: () => ({
          location: { type: 'url', target: edgeFile('peculiar.yaml') },
          catalogFilename: 'peculiar.yaml',
        }),
      },
    ],
    ['/api/catalog/analyze-location', { body: () => ({ location: { type: 'url', target: edgeFile('none') } }) }],
    [
      '/api/catalog/analyze-location',
      { body: { location: { type: 'url', target: 'https://example.com/x.yaml' } }, status: 404 },
    ],
  ],
  getLivez: ['/livez'],
  getReadyz: ['/readyz', '/readyz?verbose'],
  getStartupz: ['/startupz'],
  getMetrics: ['/metrics'],
  getStatus: ['/api/v1/status'],
  getSources: ['/api/v1/sources'],
  releaseSource: [
    ['/api/v1/sources/shrinking/release', { where: () => guarded, body: () => ({ commit: held }), status: 202 }],
    ['/api/v1/sources/example/release', { body: { commit: 'x' }, status: 409 }],
    ['/api/v1/sources/none/release', { body: { commit: 'x' }, status: 404 }],
  ],
  getConflicts: ['/api/v1/conflicts', ['/api/v1/conflicts?x=1', { status: 400 }]],
  getErrors: [
    '/api/v1/errors?source=edge&offset=1&limit=1&consistency=eventual',
    '/api/v1/errors',
    ['/api/v1/errors?source=none', { status: 404 }],
  ],
  postGitHook: [
    [
      '/api/v1/hooks/git',
      { body: () => ({ repository: session.server.repositories.edge.directory }), headers: hookProof, status: 202 },
    ],
    [
      '/api/v1/hooks/git',
      {
        body: () => ({ repository: session.server.repositories.edge.directory }),
        headers: { ...hookProof, Prefer: 'wait=60' },
      },
    ],
    ['/api/v1/hooks/git', { body: { repository: 'https://git.example.com/none' }, status: 401 }],
  ],
  postBatch: [
    ['/api/v1/batch?consistency=eventual', {
      body: {
        requests: [
          { id: 'one', path: `/api/catalog/entities/by-name/${shop}` },
          { method: 'POST', path: '/api/catalog/entities/by-refs', body: { entityRefs: ['component:default/none'] } },
          { path: '/api/v1/graph/component/default/web-shop?format=dot' },
          { method: 'HEAD', path: '/api/catalog/entities' },
          { method: 'POST', path: '/api/v1/batch', body: { requests: [] } },
        ],
      },
    }],
  ],
  getGraph: [
    `/api/v1/graph/${shop}?${followed}&direction=both&depth=2&limit=50`,
    `/api/v1/graph/${shop}?format=json`,
    `/api/v1/graph/${shop}?format=dot`,
    [`/api/v1/graph/${shop}`, { headers: { Accept: 'text/vnd.mermaid' } }],
    ['/api/v1/graph/component/default/none', { status: 404 }],
  ],
  getImpact: [
    `/api/v1/impact/resource/default/orders-db?${followed}&depth=5&limit=50`,
    ['/api/v1/impact/component/default/none', { status: 404 }],
  ],
  getPath: [
    `/api/v1/path?from=${shop.replace('/', ':')}&to=resource:orders-db&direction=dependencies&depth=9&${followed}`,
    ['/api/v1/path?from=component:none&to=component:none', { status: 404 }],
  ],
  getCycles: [`/api/v1/cycles?${followed}&limit=50`],
  getOrder: [`/api/v1/order?${followed}&offset=1&limit=50`],
  search: [
    `/api/v1/search?q=shop&${filtered}&fields=kind,metadata.name&limit=2&offset=0`,
    '/api/v1/search?q=shop',
    '/api/v1/search?q=nothing-like-it',
    ['/api/v1/search?q=%20', { status: 400 }],
  ],
  getPrometheusTargets: ['/api/v1/discovery/prometheus?filter=kind=component&consistency=eventual'],
  getFluxInputs: [
    '/api/v1/discovery/flux?filter=kind=component&fields=spec.type,metadata.links&consistency=eventual',
    '/api/v1/discovery/flux',
  ],
  getArgoParameters: [
    [
      '/api/v1/getparams.execute?consistency=eventual',
      {
        body: {
          applicationSetName: 'shops',
          input: { parameters: { filter: 'kind=component,spec.type=website', fields: ['spec.dependsOn'] } },
        },
      },
    ],
    ['/api/v1/getparams.execute', { body: { input: { parameters: { filter: 'knd=component' } } }, status: 400 }],
  ],
  watch: [
    '/api/v1/watch?filter=kind=component&criticality=critical',
    () => `/api/v1/watch?lastEventId=${lostVersion}`,
    ['/api/v1/watch?criticality=low', { status: 400 }],
  ],
  getNotifications: ['/api/v1/notifications'],
  getOpenapi: ['/api/v1/openapi.json'],
};

let session;
let early; // a server that has no catalog yet
let uid;
let page;
let lostVersion;
let guarded; // a server that holds everything back that takes something away
let held; // the commit that it holds back

before(async () => {
  process.env.HOOK_TEST_SECRET = 'of the hooks';
  session = await Session.start({
    config: 'hooks: {secret_envs: [HOOK_TEST_SECRET]}\n',
  });
  guarded = await Session.start({ sources: { shrinking }, config: 'guard: {share: 0, count: 0}\n' });
  early = await Session.start({ sources: { lost: null }, ready: false });
  uid = (await session.client.getEntityByRef('component:default/web-shop')).metadata.uid;
  page = JSON.parse(Buffer.from((await session.client.queryEntities({ limit: 1 })).pageInfo.nextCursor, 'base64url'));
  lostVersion = page.version.replace(/[0-9a-f]{8}$/, '00000000');
  held = await commitWhatIsHeld();
});
after(async () => {
  await session?.stop();
  await early?.stop();
  await guarded?.stop();
});

async function commitWhatIsHeld() {
  const commit = guarded.server.repositories.shrinking.commit({
    'one.yaml': shrinking['one.yaml'].replace('name: one', 'name: two'),
  });
  await guarded.client.refreshEntity('component:default/one');
  await eventually('the commit is held', async () => {
    const { items } = await (await fetch(`${guarded.server.url}/api/v1/sources`)).json();
    return items.find(source => source.id === 'shrinking').held?.commit === commit;
  });
  return commit;
}

// A cursor as the server would have made it, of another version where one is given.
function cursor(direction, version = page.version) {
  return Buffer.from(JSON.stringify({ version, [direction]: 1 })).toString('base64url');
}

const evaluate = value => (typeof value === 'function' ? value() : value);

function normalise(request) {
  const [target, options = {}] = Array.isArray(request) ? request : [request];
  const body = evaluate(options.body);
  return {
    target: evaluate(target),
    method: options.method ?? (body ? 'POST' : 'GET'),
    body,
    status: options.status ?? 200,
    headers: options.headers,
    where: evaluate(options.where) ?? session,
  };
}

async function ask(where, request, changed = {}) {
  const { target, method, body, status, headers } = { ...request, ...changed };
  const json = body && { 'Content-Type': 'application/json' };
  const answer = await where.ask(target, {
    method,
    body: body && JSON.stringify(body),
    headers: { ...json, ...headers },
  });
  assert.equal(answer.status, status, `${method} ${target}: ${await answer.clone().text()}`);
  return answer;
}

const withQuery = (target, query) => `${target}${target.includes('?') ? '&' : '?'}${query}`;

// The answers that follow from the first request alone.
async function askDerived(responses, request) {
  const { target } = request;
  if (responses[400]) await ask(session, request, { target: withQuery(target, 'limit=%ff'), status: 400 });
  if (responses[504]) {
    const plain = target.replace('consistency=eventual', '');
    const gone = `consistency=${encodeURIComponent(`snapshot; version="${lostVersion}"`)}`;
    await ask(session, request, { target: withQuery(plain, gone), status: 410 });
    const headers = { 'Cache-Control': 'max-age=0, only-if-cached' };
    await ask(session, request, { target: plain, headers, status: 504 });
  }
  if (responses[503]) await ask(early, request, { status: 503 });
  const unchanged = [304, 412].find(status => responses[status]);
  if (!unchanged) return;
  // fetch adds no-cache to a request with If-None-Match, and so asks for the level strong: no other may be asked for beside.
  const bare = target.replace('consistency=eventual', '');
  const etag = (await ask(session, request, { target: bare })).headers.get('etag');
  await ask(session, request, { target: bare, headers: { 'If-None-Match': etag }, status: unchanged });
}

test('the document is a valid OpenAPI 3.1 document, the one of this checkout', async () => {
  const { document } = session.contract;
  assert.match(document.openapi, /^3\.1\./);
  assert.deepEqual(document, JSON.parse(readFileSync(join(checkout, 'src/api/openapi.json'), 'utf8')));
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.ok(valid, JSON.stringify(errors));
});

test('operations have ids of their own, and all that is defined is used', () => {
  const { document, operations } = session.contract;
  const ids = operations.map(operation => operation.operationId);
  assert.deepEqual(ids, [...new Set(ids)]);
  const text = JSON.stringify(document);
  const demanded = new Set(document.security.flatMap(Object.keys));
  for (const [group, members] of Object.entries(document.components)) {
    for (const name of Object.keys(members)) {
      const used = group === 'securitySchemes' ? demanded.has(name) : text.includes(`"#/components/${group}/${name}"`);
      assert.ok(used, `components.${group}.${name} is not used`);
    }
  }
});

test('every operation answers as described', async t => {
  for (const operation of session.contract.operations) {
    await t.test(operation.operationId, async () => {
      const asked = requests[operation.operationId];
      assert.ok(
        asked,
        `${operation.method} ${operation.path} is described, but nothing in openapi.test.js asks for it`,
      );
      for (const request of asked.map(normalise)) {
        assert.equal(
          session.contract.operation(request.method, session.server.url + request.target),
          operation,
          request.target,
        );
        await ask(request.where, request);
      }
      await askDerived(operation.responses, normalise(asked[0]));
    });
  }
});

test('every answer and every query parameter that is described was seen', () => {
  const seen = new Set([session, early, guarded].flatMap(({ contract }) => [...contract.seen]));
  for (const { operationId, parameters = [], responses } of session.contract.operations) {
    for (const status of Object.keys(responses).filter(each => each !== 'default')) {
      assert.ok(
        seen.has(`${operationId} ${status}`),
        `${operationId} is described to answer ${status}, which nothing here makes it do`,
      );
    }
    for (const parameter of parameters
      .map(each => session.contract.resolve(each))
      .filter(each => each.in === 'query')) {
      if (!responses[200]) continue;
      assert.ok(
        session.contract.sent.has(`${operationId} ${parameter.name}`),
        `${operationId} takes ${parameter.name}, which nothing here sends`,
      );
    }
  }
});

test('what is asked for here is described', () => {
  const ids = session.contract.operations.map(operation => operation.operationId);
  for (const id of Object.keys(requests)) assert.ok(ids.includes(id), `${id} is not in the document`);
});

test('what is no operation is answered with a problem too', async () => {
  for (const [target, init, status] of [
    ['/', {}, 404],
    ['/api/catalog/none', {}, 404],
    ['/api/v1/none', { method: 'POST' }, 404],
    ['/api/catalog/entities', { method: 'DELETE' }, 405],
    ['/api/v1/status', { method: 'PATCH' }, 405],
  ]) {
    const answer = await fetch(session.server.url + target, init);
    assert.equal(answer.status, status, target);
    if (status === 405) assert.match(answer.headers.get('allow'), /GET, HEAD, .*OPTIONS/);
    const problem = await answer.json();
    assert.equal(problem.status, status);
    assert.match(problem.detail, /^expected .* found /);
    const type = target.startsWith('/api/catalog') ? /^application\/json/ : /^application\/problem\+json/;
    assert.match(answer.headers.get('content-type'), type);
  }
});

// fetch refuses to send such requests.
function send(path, { method = 'GET', headers = {} }) {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(session.server.url + path, { method, headers }, answer => {
      const chunks = [];
      answer.on('data', chunk => chunks.push(chunk));
      answer.on('end', () => {
        sent.destroy();
        resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode, headers: answer.headers }));
      });
    });
    sent.on('error', reject);
    sent.flushHeaders();
    if (method === 'GET') sent.end();
  });
}

test('what is refused before it is looked at is described as well', async () => {
  const path = '/api/catalog/entities/by-refs';
  const large = await send(path, { method: 'POST', headers: { 'Content-Length': '99999999999' } });
  assert.equal(large.status, 413);
  const long = await send(`/api/catalog/entities?filter=${'x'.repeat(100_000)}`, {});
  assert.equal(long.status, 414);
  const wide = await send('/livez', { headers: { 'X-Wide': 'x'.repeat(100_000) } });
  assert.equal(wide.status, 431);
  for (const [answer, method, url] of [
    [large, 'POST', path],
    [long, 'GET', '/api/catalog/entities'],
    [wide, 'GET', '/livez'],
  ]) {
    await session.contract.check(
      session.contract.operation(method, session.server.url + url),
      session.server.url + url,
      answer,
    );
  }
});
