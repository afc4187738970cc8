// Access rules as clients meet them: Backstage's client with a token, JSON Web Tokens signed by another implementation (jose),
// whose keys come from an address.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { CatalogClient } from './packages.js';
import { eventually, exampleCatalog, Server } from './server.js';

const issuer = 'https://issuer.example.com';
const audience = 'aureacore';
const algorithms = ['RS256', 'ES256', 'EdDSA'];
const shop = { kind: 'component', namespace: 'default', name: 'order-service' };
const hash = token => `sha256:${createHash('sha256').update(token).digest('hex')}`;
const keys = {};
let keyServer;
let server;

const sign = (claims = {}, algorithm = 'ES256', key = keys[algorithm].privateKey, kid = algorithm) =>
  new SignJWT({ groups: ['everyone'], ...claims })
    .setProtectedHeader({ alg: algorithm, kid })
    .setIssuer(claims.iss ?? issuer)
    .setAudience(claims.aud ?? audience)
    .setSubject('ada')
    .setExpirationTime(claims.exp ?? '5m')
    .sign(key);

const ask = (token, path = '/api/v1/status', options = {}) =>
  fetch(`${server.url}${path}`, { ...options, headers: token ? { authorization: `Bearer ${token}` } : {} });
const status = async (...request) => (await ask(...request)).status;
const refresh = {
  method: 'POST',
  body: JSON.stringify({ entityRef: 'component:default/order-service' }),
};

before(async () => {
  for (const algorithm of algorithms) keys[algorithm] = await generateKeyPair(algorithm, { crv: 'Ed25519' });
  const published = await Promise.all(
    algorithms.map(async kid => ({ ...(await exportJWK(keys[kid].publicKey)), kid, alg: kid, use: 'sig' })),
  );
  keyServer = createServer((request, response) => response.end(JSON.stringify({ keys: published })));
  await new Promise(resolve => keyServer.listen(0, '127.0.0.1', resolve));
  const config = `
allow_insecure: true
auth:
  tokens:
    - {name: portal, role: read, hash: "${hash('portal-token')}"}
    - {name: pipeline, role: refresh, hash: "${hash('pipeline-token')}"}
  jwt:
    - issuer: ${issuer}
      audience: ${audience}
      jwks_url: http://127.0.0.1:${keyServer.address().port}/keys
      roles: [{claim: groups, value: everyone, role: read}, {claim: groups, value: platform, role: refresh}]
`;
  server = await Server.start({ sources: { example: exampleCatalog }, config });
});
after(async () => {
  keyServer?.close();
  await server?.stop();
});

test("Backstage's client reads with a token, and is refused without", async () => {
  const client = new CatalogClient({ discoveryApi: { getBaseUrl: async () => `${server.url}/api/catalog` } });
  const entity = await client.getEntityByRef(shop, { token: 'portal-token' });
  assert.equal(entity.metadata.name, shop.name);
  const { items } = await client.getEntities({ filter: { kind: 'api' } }, { token: 'portal-token' });
  assert.ok(items.length > 0);
  await assert.rejects(client.getEntityByRef(shop), error => {
    assert.equal(error.statusCode ?? error.response?.status, 401);
    assert.equal(error.body?.error.name, 'AuthenticationError');
    return true;
  });
  await assert.rejects(client.getEntities({}, { token: 'other-token' }), /401/);
  await assert.rejects(client.refreshEntity('component:default/order-service', { token: 'portal-token' }), /403/);
  await client.refreshEntity('component:default/order-service', { token: 'pipeline-token' });
});

test('tokens that the issuer signed are believed, by each algorithm', async () => {
  await eventually('the keys are there', async () => (await status(await sign())) === 200);
  for (const algorithm of algorithms) assert.equal(await status(await sign({}, algorithm)), 200, algorithm);
  const token = await sign();
  assert.equal(await status(token, '/api/catalog/refresh', refresh), 403);
  assert.equal(await status(await sign({ groups: ['platform'] }), '/api/catalog/refresh', refresh), 200);
  assert.equal(await status(await sign({ groups: [] })), 403);
});

test('others are not', async () => {
  const stranger = await generateKeyPair('ES256');
  const jwk = JSON.stringify(await exportJWK(keys.RS256.publicKey));
  const bad = {
    'of another key': sign({}, 'ES256', stranger.privateKey),
    'of another issuer': sign({ iss: 'https://other.example.com' }),
    'for somebody else': sign({ aud: 'other' }),
    'over for longer than clocks differ': sign({ exp: Math.floor(Date.now() / 1000) - 120 }),
    'with a key that is not there': sign({}, 'ES256', keys.ES256.privateKey, 'gone'),
    'with a public key as secret': sign({}, 'HS256', new TextEncoder().encode(jwk), 'RS256'),
    'without a signature': new UnsecuredJWT({}).setIssuer(issuer).setAudience(audience).setExpirationTime('5m').encode(),
  };
  for (const [what, token] of Object.entries(bad)) assert.equal(await status(await token), 401, what);
});

test('what is for some is not for shared caches', async () => {
  const answer = await ask('portal-token', '/api/catalog/entities?limit=1');
  assert.match(answer.headers.get('cache-control'), /^private/);
  assert.match(answer.headers.get('vary'), /Authorization/);
  const refused = await ask(undefined);
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate'), /^Bearer/);
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
});
