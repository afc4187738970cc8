// The stream of changes, as clients see it that know nothing of this server: an EventSource as in browsers, curl, and
// plain HTTP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { EventSource } from './packages.js';
import { Server, eventually } from './server.js';

const service = (name, { type = 'service', criticality } = {}) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  ${criticality ? `annotations: {aureacore.io/criticality: ${criticality}}` : ''}
spec: {type: ${type}, lifecycle: production, owner: team}
`;

let server;

before(async () => {
  server = await Server.start({ sources: { shop: { 'a.yaml': service('a') } } });
});
after(() => server?.stop());

// Commits, has it served, and gives the version.
async function commit(files) {
  server.repositories.shop.commit(files);
  const answer = await fetch(`${server.url}/api/catalog/entities?consistency=strong`);
  assert.equal(answer.status, 200);
  return answer.headers.get('aureacore-version');
}

// Collects the events of a stream, as [type, id, data].
function collect(source) {
  const events = [];
  for (const type of ['change', 'bookmark', 'reset']) {
    source.addEventListener(type, event => events.push([type, event.lastEventId, JSON.parse(event.data)]));
  }
  return events;
}

test('an EventSource hears of each commit, and of itself being up to date', async () => {
  const source = new EventSource(`${server.url}/api/v1/watch`);
  const events = collect(source);
  try {
    const [, first] = await eventually('the bookmark comes', () => events.at(0));
    const version = await commit({ 'a.yaml': service('a', { type: 'website' }), 'pay.yaml': service('pay', { criticality: 'critical' }) });
    const [type, id, data] = await eventually('the change comes', () => events.at(1));
    assert.deepEqual([type, id, data.version, data.previous, data.critical], ['change', version, version, first, true]);
    assert.equal(data.commits.length, 1);
    const [{ source: from, commit: now, author, time }] = data.commits;
    assert.deepEqual([from, author], ['shop', 'Ada']);
    assert.match(now, /^[0-9a-f]{40}$/);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 3_600_000);
    const changes = data.changes.map(({ entityRef, change, criticality, fields }) => [entityRef, change, criticality, fields]);
    assert.deepEqual(changes, [
      ['component:default/pay', 'added', 'critical', undefined],
      ['component:default/a', 'changed', 'normal', ['spec.type']],
    ]);
    const entity = await fetch(`${server.url}/api/catalog/entities/by-name/component/default/a`);
    assert.equal(entity.headers.get('etag'), `"${data.changes[1].etag}"`);
  } finally {
    source.close();
  }
});

test('who comes back hears what happened meanwhile, once', async () => {
  const began = (await fetch(`${server.url}/api/v1/status`).then(answer => answer.json())).version;
  const versions = [await commit({ 'b.yaml': service('b') }), await commit({ 'c.yaml': service('c') })];
  for (const [path, headers] of [
    ['/api/v1/watch', { 'Last-Event-ID': began }],
    [`/api/v1/watch?lastEventId=${began}`, {}],
  ]) {
    const source = new EventSource(server.url + path, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
    });
    const events = collect(source);
    await eventually('the bookmark comes', () => events.find(([type]) => type === 'bookmark'));
    source.close();
    assert.deepEqual(events.map(([type, id]) => [type, id]), [
      ['change', versions[0]],
      ['change', versions[1]],
      ['bookmark', versions[1]],
    ]);
  }
});

test('filters show what begins and ceases to fit', async () => {
  const source = new EventSource(`${server.url}/api/v1/watch?filter=spec.type=library`);
  const events = collect(source);
  try {
    await eventually('the bookmark comes', () => events.at(0));
    await commit({ 'b.yaml': service('b', { type: 'library' }), 'd.yaml': service('d') });
    await commit({ 'b.yaml': service('b') });
    await eventually('both changes come', () => events.at(2));
    assert.deepEqual(
      events.slice(1).map(([, , data]) => data.changes.map(({ entityRef, change }) => [entityRef, change])),
      [[['component:default/b', 'added']], [['component:default/b', 'removed']]],
    );
  } finally {
    source.close();
  }
});

test('a version that nobody holds is a reset', async () => {
  const source = new EventSource(`${server.url}/api/v1/watch?lastEventId=v1-1-${'0'.repeat(32)}`);
  const events = collect(source);
  await eventually('the bookmark comes', () => events.at(1));
  source.close();
  assert.deepEqual(events.map(([type]) => type), ['reset', 'bookmark']);
});

test('curl shows it as it comes; at the end of the server it ends in good order, with a hint when to come back', async () => {
  const other = await Server.start({ sources: { shop: { 'a.yaml': service('a') } } });
  const curl = spawn('curl', ['--silent', '--no-buffer', '--fail', `${other.url}/api/v1/watch`]);
  let shown = '';
  curl.stdout.on('data', data => (shown += data));
  const ended = once(curl, 'exit');
  await eventually('the bookmark shows', () => shown.includes('event: bookmark'));
  const metrics = await fetch(`${other.url}/metrics`).then(answer => answer.text());
  assert.match(metrics, /^aureacore_watch_clients 1$/m);
  await other.stop();
  assert.deepEqual(await ended, [0, null]);
  assert.match(shown, /\n\nretry: [0-9]+\n\n$/);
});
