// Notifications, received by a server of our own and verified by Standard Webhooks' library.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Webhook } from './packages.js';
import { Server, eventually } from './server.js';

const pay = type => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: pay, annotations: {aureacore.io/criticality: critical}}
spec: {type: ${type}, lifecycle: production, owner: team}
`;
const plain = pay('service').replace('critical}', 'normal}').replace('name: pay', 'name: plain');

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const received = [];
const statuses = [500]; // then 204

let receiver;
let server;

before(async () => {
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    received.push({ url: request.url, headers: request.headers, body });
    response.writeHead(statuses.shift() ?? 204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${receiver.address().port}/hook?token=hidden`;
  process.env.AUREACORE_TEST_SECRET = secret;
  server = await Server.start({
    sources: { shop: { 'pay.yaml': pay('service') } },
    config: `allow_insecure: true
notifications:
  - {name: oncall, url: "${url}", secret_env: AUREACORE_TEST_SECRET, allow_private: true}
  - {name: outside, url: "${url}", secret_env: AUREACORE_TEST_SECRET, criticality: all}
`,
  });
});
after(async () => {
  await server?.stop();
  receiver?.close();
});

async function commit(files) {
  server.repositories.shop.commit(files);
  const answer = await fetch(`${server.url}/api/catalog/entities?consistency=strong`);
  return answer.headers.get('aureacore-version');
}

const status = async name =>
  (await fetch(`${server.url}/api/v1/notifications`).then(answer => answer.json())).items.find(each => each.name === name);

test('a critical change is told, signed, and told again where the receiver failed', async () => {
  await commit({ 'plain.yaml': plain });
  const version = await commit({ 'pay.yaml': pay('website') });
  const [first, second] = await eventually('it comes again', () => received.at(1) && received);
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
  assert.equal(first.url, '/hook?token=hidden');
  for (const { headers, body } of [first, second]) {
    const { type, data } = new Webhook(secret).verify(body, headers);
    assert.equal(type, 'catalog.changed');
    assert.equal(data.version, version);
    assert.deepEqual(data.changes.map(({ entityRef, change, fields }) => [entityRef, change, fields]), [
      ['component:default/pay', 'changed', ['spec.type']],
    ]);
    assert.throws(() => new Webhook(secret).verify(body.replace('pay', 'pal'), headers));
  }
  const told = await eventually('it counts', async () => {
    const found = await status('oncall');
    return found.delivered === 1 && found;
  });
  assert.deepEqual([told.failures, told.waiting, told.dead, told.lastDelivered], [1, 0, 0, version]);
  assert.equal(told.origin, `http://127.0.0.1:${receiver.address().port}`);
});

test('an address that is not public is given up, and listed', async () => {
  const refused = await eventually('both are given up', async () => {
    const found = await status('outside');
    return found.dead === 2 && found;
  });
  assert.equal(refused.delivered, 0);
  assert.match(refused.deadLetters[0].error, /expected a public address/);
  assert.equal(received.length, 2);
  const metrics = await fetch(`${server.url}/metrics`).then(answer => answer.text());
  assert.match(metrics, /^aureacore_notifications_dead_total\{target="outside"\} 2$/m);
});
