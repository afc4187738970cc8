// Webhooks as their senders make them: GitHub's payloads and signatures, Standard Webhooks, GitLab's token, by the packages that
// implement them elsewhere; what is refused, what is believed once, and what a push's token is good for.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { sign } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import { Server, eventually } from './server.js';

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples');
const path = '/api/v1/hooks/git';
const shop = '/api/catalog/entities/by-name/component/default/shop';
const secret = "It's a Secret to Everybody";
const other = `whsec_${Buffer.from('a key of twenty-four by.').toString('base64')}`;
const zeros = '0'.repeat(40);

const component = description => ({
  'catalog-info.yaml': `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, description: "${description}"}
spec: {type: service, lifecycle: production, owner: team-a}
`,
});

let server;
let repository;

before(async () => {
  process.env.HOOK_TEST_NEW = other;
  process.env.HOOK_TEST_OLD = secret;
  server = await Server.start({
    sources: { main: component('first') },
    config: 'hooks: {secret_envs: [HOOK_TEST_NEW, HOOK_TEST_OLD]}\n',
  });
  repository = server.repositories.main;
});
after(() => server?.stop());

function post(body, headers = {}) {
  return fetch(server.url + path, { method: 'POST', body, headers });
}

const pushOf = (commit, more = {}) => ({
  ref: 'refs/heads/main',
  before: zeros,
  after: commit,
  repository: { clone_url: repository.directory },
  ...more,
});

async function github(payload, { event = 'push', delivery = randomUUID(), headers = {}, key = secret } = {}) {
  const body = JSON.stringify(payload);
  return post(body, {
    'X-GitHub-Event': event,
    'X-GitHub-Delivery': delivery,
    'X-Hub-Signature-256': await sign(key, body),
    ...headers,
  });
}

function standard(payload, { id = randomUUID(), time = new Date(), key = other } = {}) {
  const body = JSON.stringify(payload);
  return post(body, {
    'X-Gitlab-Event': 'Push Hook',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(id, time, body),
  });
}

const described = async (init = {}) => (await (await fetch(server.url + shop, init)).json()).metadata.description;
const session = version => ({ headers: { 'AureaCore-Consistency': `session; version="${version}"` } });

async function checks() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^aureacore_source_checks_total\{source="main"\} (\d+)/m.exec(text)[1]);
}

test('every example of GitHub is taken, and none that is about another repository has anything checked', async () => {
  const asked = await checks();
  for (const { name, examples: payloads } of examples) {
    for (const payload of payloads) {
      const answer = await github(payload, { event: name });
      assert.equal(answer.status, 202, name);
      const receipt = await answer.json();
      assert.equal(receipt.result, 'ignored');
      assert.equal(receipt.sender, 'github');
      assert.deepEqual(receipt.sources, []);
    }
  }
  assert.equal(await checks(), asked);
});

test('what is not proven is refused, and says nothing of what there is', async () => {
  const known = JSON.stringify(pushOf(zeros));
  const unknown = JSON.stringify(pushOf(zeros, { repository: { clone_url: 'https://git.example.com/none' } }));
  const right = await sign(secret, known);
  const bodies = [known, unknown, '{"ref":', '[]', ''];
  const asked = await checks();
  for (const signature of [undefined, 'sha256=', right.slice(0, -2), `${right}00`, await sign('wrong', known)]) {
    const texts = [];
    for (const body of bodies) {
      const headers = { 'X-GitHub-Event': 'push', ...(signature && { 'X-Hub-Signature-256': signature }) };
      const answer = await post(body, headers);
      assert.equal(answer.status, 401, `${signature} ${body}`);
      assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
      texts.push(await answer.text());
    }
    assert.deepEqual([...new Set(texts)], [texts[0]]);
  }
  assert.equal(await checks(), asked);
});

test('a push by GitHub is there for whoever asks with its token', async () => {
  const commit = repository.commit(component('by GitHub'));
  const answer = await github(pushOf(commit));
  assert.equal(answer.status, 202);
  const receipt = await answer.json();
  assert.equal(receipt.result, 'accepted');
  assert.deepEqual(receipt.sources, ['main']);
  assert.equal(answer.headers.get('aureacore-version'), receipt.version);
  assert.ok(receipt.version.length <= 256);
  assert.equal(await described(session(receipt.version)), 'by GitHub');
});

test('a push that is waited for is answered when it is served', async () => {
  const commit = repository.commit(component('waited for'));
  const answer = await github(pushOf(commit), { headers: { Prefer: 'wait=30' } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('preference-applied'), 'wait=30');
  const { version } = await answer.json();
  assert.match(version, /^v1-/);
  assert.equal(await described(), 'waited for');
  assert.equal((await fetch(server.url + shop)).headers.get('aureacore-version'), version);
});

test('Standard Webhooks by GitLab, with the newer of two secrets', async () => {
  const commit = repository.commit(component('by GitLab'));
  const project = { git_http_url: repository.directory };
  const answer = await standard({ object_kind: 'push', ref: 'refs/heads/main', after: commit, project });
  assert.equal(answer.status, 202);
  const receipt = await answer.json();
  assert.equal(receipt.sender, 'gitlab');
  assert.equal(await described(session(receipt.version)), 'by GitLab');
});

test('Standard Webhooks of another time are refused', async () => {
  const payload = { ref: 'refs/heads/main', project: { git_http_url: repository.directory } };
  for (const minutes of [-6, 6]) {
    const answer = await standard(payload, { time: new Date(Date.now() + minutes * 60_000) });
    assert.equal(answer.status, 401);
    assert.equal((await answer.json()).type, 'urn:aureacore:problem:hook-too-old');
  }
});

test("GitLab's token, Azure's password, a generic sender's signature", async () => {
  const commit = repository.commit(component('by the others'));
  const generic = JSON.stringify({ repository: repository.directory, ref: 'main', after: commit });
  const sha512 = createHmac('sha512', secret).update(generic).digest('hex');
  const sent = [
    [JSON.stringify({ ref: 'refs/heads/main', after: commit, project: { git_http_url: repository.directory } }),
      { 'X-Gitlab-Event': 'Push Hook', 'X-Gitlab-Token': secret }],
    [JSON.stringify({
      eventType: 'git.push',
      resource: {
        refUpdates: [{ name: 'refs/heads/main', newObjectId: commit }],
        repository: { remoteUrl: repository.directory },
      },
    }), { 'X-Vss-Activityid': '1', Authorization: `Basic ${Buffer.from(`hook:${secret}`).toString('base64')}` }],
    [generic, { 'X-Signature': `sha512=${sha512}` }],
    [generic, { Authorization: `Bearer ${secret}` }],
  ];
  for (const [body, headers] of sent) {
    const answer = await post(body, headers);
    assert.equal(answer.status, 202, JSON.stringify(headers));
    assert.deepEqual((await answer.json()).sources, ['main']);
  }
  await eventually('the commit is served', async () => (await described()) === 'by the others');
});

test('a delivery is taken once, and another id for the same body gives no second check at once', async () => {
  const payload = pushOf(repository.commit(component('once')));
  const delivery = randomUUID();
  const results = [];
  for (let i = 0; i < 3; ++i) {
    const answer = await github(payload, { delivery });
    assert.equal(answer.status, 202);
    results.push((await answer.json()).result);
  }
  assert.deepEqual(results, ['accepted', 'duplicate', 'duplicate']);
  await eventually('the commit is served', async () => (await described()) === 'once');
  const asked = await checks();
  for (let i = 0; i < 20; ++i) assert.equal((await github(payload)).status, 202);
  assert.ok((await checks()) <= asked + 2);
});

test('deleted branches, other branches, nulls and pings are no trouble', async () => {
  const payloads = [
    pushOf(zeros),
    pushOf(null),
    pushOf(null, { ref: null }),
    pushOf(zeros, { ref: 'refs/heads/other' }),
    pushOf(zeros, { ref: 'refs/tags/main' }),
    pushOf(zeros, { repository: null }),
    pushOf(zeros, { forced: true, commits: null }),
    {},
  ];
  for (const payload of payloads) assert.equal((await github(payload)).status, 202, JSON.stringify(payload));
  for (const event of ['ping', 'star', '']) assert.equal((await github(pushOf(zeros), { event })).status, 202, event);
});

test('bodies that are too large, too deep or no JSON are refused', async () => {
  const large = await post('x'.repeat(3 * 1024 * 1024 + 1), { 'X-GitHub-Event': 'push' }).catch(() => undefined);
  if (large) assert.equal(large.status, 413); // or the connection was closed while it was sent
  for (const body of [`{"ref":${'['.repeat(5000)}${']'.repeat(5000)}}`, '{', '[]']) {
    const headers = { 'X-GitHub-Event': 'push', 'X-Hub-Signature-256': await sign(secret, body) };
    assert.equal((await post(body, headers)).status, 400, body.slice(0, 20));
  }
});

test('webhooks and their way are counted', async () => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(text, /^aureacore_webhooks_total\{result="accepted",sender="github"\} [1-9]/m);
  assert.match(text, /^aureacore_webhooks_total\{result="duplicate",sender="github"\} 2$/m);
  assert.match(text, /^aureacore_webhooks_total\{result="unproven",sender="github"\} 25$/m);
  assert.match(text, /^aureacore_webhooks_total\{result="old",sender="gitlab"\} 2$/m);
  assert.match(text, /^aureacore_propagation_seconds_count\{by="webhook"\} [1-9]/m);
});

test('with no secret configured anybody may have a source checked, once a second', async () => {
  const open = await Server.start({ sources: { main: component('open') } });
  try {
    const ask = (repositoryUrl, headers = {}) =>
      fetch(open.url + path, { method: 'POST', body: JSON.stringify({ repository: repositoryUrl }), headers });
    const texts = [];
    for (const url of [open.repositories.main.directory, 'https://git.example.com/none']) {
      const answer = await ask(url);
      assert.equal(answer.status, 202);
      const receipt = await answer.json();
      texts.push(JSON.stringify({ ...receipt, version: receipt.version.replace(/[0-9a-f]{16}/, '') }));
    }
    assert.equal(texts[0], texts[1]);
    open.repositories.main.commit(component('hinted'));
    for (let i = 0; i < 50; ++i) await ask(open.repositories.main.directory);
    await eventually('the commit is served', async () => {
      const found = await (await fetch(open.url + shop)).json();
      return found.metadata.description === 'hinted';
    });
  } finally {
    await open.stop();
  }
});
