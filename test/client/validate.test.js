// Backstage's client asks whether an entity would be accepted, and what there is at an address; nothing is stored.
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

const location = 'url:https://git.example.com/team/service/-/blob/main/catalog-info.yaml';
const component = (changes = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'asked', ...changes.metadata },
  spec: { type: 'service', lifecycle: 'production', owner: 'team', ...changes.spec },
});

test('validateEntity accepts what a file may hold', async () => {
  assert.deepEqual(await client.validateEntity(component(), location), { valid: true });
  assert.equal(await client.getEntityByRef('component:default/asked'), undefined);
  for (const entity of (await client.getEntities()).items) {
    const { relations, status, ...given } = entity;
    assert.deepEqual(await client.validateEntity(given, location), { valid: true }, entity.metadata.name);
  }
});

test('validateEntity says of each fault where it is and what was expected', async () => {
  const answer = await client.validateEntity(
    component({ metadata: { name: 'not a name', tags: ['Not'] }, spec: { owner: '' } }),
    location,
  );
  assert.equal(answer.valid, false);
  for (const error of answer.errors) assert.equal(error.name, 'InputError');
  const messages = answer.errors.map(error => error.message).join('\n');
  for (const part of [
    /^expected .* for metadata\.name, found "not a name"/m,
    /^expected .* for a tag, found "Not"/m,
    /^expected .* for spec\.owner/m,
  ])
    assert.match(messages, part);
});

test('validateEntity refuses what is no entity, and a location that is none', async () => {
  for (const entity of [null, 'text', [], {}, { kind: 'Component' }]) {
    const answer = await client.validateEntity(entity, location);
    assert.equal(answer.valid, false, JSON.stringify(entity));
    assert.ok(answer.errors[0].message.length > 0);
  }
  for (const wrong of ['https://example.com', 'file:/etc/passwd', '', undefined]) {
    assert.equal((await client.validateEntity(component(), wrong)).valid, false, String(wrong));
  }
});

test('analyzeLocation gives what comes from a file, a folder or the whole repository', async () => {
  const root = `file:${session.server.repositories.edge.directory}`;
  const analyze = (target, catalogFilename) =>
    client.analyzeLocation({ location: { type: 'url', target }, catalogFilename });
  const file = await analyze(`${root}/peculiar.yaml`);
  assert.deepEqual(file.generateEntities, []);
  assert.equal(file.existingEntityFiles.length, 5);
  for (const each of file.existingEntityFiles) {
    assert.equal(each.isRegistered, true);
    assert.match(each.location.target, /peculiar\.yaml$/);
    assert.deepEqual(
      each.entity,
      await client.getEntityByRef(`${each.entity.kind}:${each.entity.metadata.namespace}/${each.entity.metadata.name}`),
    );
  }
  assert.deepEqual((await analyze(root, 'peculiar.yaml')).existingEntityFiles, file.existingEntityFiles);
  const [suggested] = (await analyze(`${root}/none/`)).generateEntities;
  assert.equal(suggested.entity.kind, 'Component');
});

test('analyzeLocation fetches nothing: other repositories are refused, with what to do', async () => {
  const request = { location: { type: 'url', target: 'https://github.com/example/other' } };
  await assert.rejects(
    client.analyzeLocation(request),
    error => error.statusCode === 404 && /configuration's sources/.test(error.cause.message),
  );
});
