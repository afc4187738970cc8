// Our verdicts beside Backstage's (oracle/verdict.js), on documents that are nearly right and on the example catalog.
// AUREACORE_ORACLE=COUNT,SEED tries other documents, AUREACORE_ORACLE=all every single change of each valid one once.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { documents, systematic } from './oracle/mutations.js';
import { verdict } from './oracle/verdict.js';
import { YAML } from './packages.js';
import { exampleCatalog } from './server.js';
import { Session } from './session.js';

const [count = '5000', seed = '20261122'] = (process.env.AUREACORE_ORACLE ?? '').split(',').filter(Boolean);
const at_once = 8;

const some = (value, holds) =>
  holds(value) ||
  (value !== null &&
    typeof value === 'object' &&
    Object.entries(value).some(([key, item]) => holds(key) || some(item, holds)));
const isReferenceObject = value => value !== null && typeof value === 'object' && 'kind' in value && 'name' in value;

const isWellFormed = text => text === Buffer.from(text, 'utf8').toString('utf8');
const core = { apiVersion: 'backstage.io/v1alpha1', metadata: { name: 'x' } };
const system = { ...core, kind: 'System', spec: { owner: 'a' } };

// Where the verdicts differ, and why, each with an entity of which that is so; there are no other differences.
const explained = [
  {
    reason: 'half a character (a lone surrogate) is no Unicode: no file can hold it, and we refuse it in JSON as well',
    applies: ({ entity, theirs }) => !theirs && some(entity, text => typeof text === 'string' && !isWellFormed(text)),
    entity: { ...system, spec: { owner: 'a', note: '\ud800' } },
  },
  {
    reason: 'a link that runs a script is refused here; Backstage takes it, and its pages refuse to show it',
    applies: ({ entity, theirs }) =>
      !theirs && some(entity.metadata.links, text => typeof text === 'string' && /^javascript:/i.test(text)),
    entity: { ...system, metadata: { name: 'x', links: [{ url: 'JavaScript:alert(1)' }] } },
  },
  {
    reason: 'dependencyOf has no schema in Backstage, so that {kind, name} slips through; a reference is a text',
    applies: ({ entity, theirs }) => !theirs && [entity.spec.dependencyOf].flat().some(isReferenceObject),
    entity: { ...core, kind: 'Resource', spec: { type: 'a', owner: 'b', dependencyOf: [{ kind: 'c', name: 'd' }] } },
  },
  {
    reason: "JavaScript's || takes 0, false and an empty text as annotations for none; they are no mapping",
    applies: ({ entity, theirs }) => !theirs && [0, false, ''].includes(entity.metadata.annotations),
    entity: { ...system, metadata: { name: 'x', annotations: 0 } },
  },
  {
    reason: 'an MCP server may have a definition instead of remotes, as before Backstage knew MCP servers',
    applies: ({ entity, theirs }) =>
      theirs?.includes("'remotes'") && entity.spec.type === 'mcp-server' && entity.spec.definition,
    entity: { ...core, kind: 'API', spec: { type: 'mcp-server', lifecycle: 'a', owner: 'b', definition: 'c' } },
  },
];

let session;
before(async () => {
  session = await Session.start();
});
after(() => session?.stop());

// What we have against the entity; undefined: nothing.
async function ours(entity) {
  const answer = await fetch(`${session.server.url}/api/catalog/validate-entity`, {
    method: 'POST',
    body: JSON.stringify({ entity, location: 'url:https://example.com/catalog-info.yaml' }),
  });
  const text = await answer.text();
  assert.ok([200, 400].includes(answer.status), `${answer.status}: ${text}\nto ${JSON.stringify(entity)}`);
  if (answer.status === 200) return undefined;
  const messages = JSON.parse(text).errors.map(error => error.message);
  return messages.join('; ');
}

async function compare(entities) {
  const differences = [];
  const totals = { documents: 0, accepted: 0 };
  const all = entities[Symbol.iterator]();
  const worker = async () => {
    for (let next = all.next(); !next.done; next = all.next()) {
      const entity = next.value;
      const difference = { entity, theirs: await verdict(entity), ours: await ours(entity) };
      totals.documents += 1;
      totals.accepted += difference.theirs === undefined;
      if ((difference.theirs === undefined) !== (difference.ours === undefined)) differences.push(difference);
    }
  };
  await Promise.all(Array.from({ length: at_once }, worker));
  return { ...totals, differences };
}

const tell = ({ entity, theirs, ours: our }) =>
  `Backstage: ${theirs ?? 'accepted'}\n  ours: ${our ?? 'accepted'}\n  ${JSON.stringify(entity)}`;

test("documents that are nearly right have Backstage's verdict", async t => {
  const all = count === 'all';
  const { differences, ...totals } = await compare(all ? systematic() : documents(Number(seed), Number(count)));
  t.diagnostic(`${totals.documents} documents, ${totals.accepted} accepted, ${differences.length} differences`);
  const unexplained = differences.filter(difference => !explained.some(each => each.applies(difference)));
  assert.equal(unexplained.length, 0, unexplained.slice(0, 20).map(tell).join('\n'));
  assert.ok(totals.accepted > totals.documents / 10 && totals.accepted < totals.documents / 2, 'they are all alike');
});

test('each explained difference is one', async () => {
  for (const { reason, applies, entity } of explained) {
    const { differences } = await compare([entity]);
    assert.equal(differences.length, 1, reason);
    assert.ok(applies(differences[0]), reason);
  }
});

test('the example catalog is valid for both', async () => {
  const files = readdirSync(exampleCatalog, { recursive: true }).filter(
    path => path.endsWith('.yaml') && !/openapi|asyncapi/.test(path),
  );
  const entities = files.flatMap(path =>
    YAML.parseAllDocuments(readFileSync(join(exampleCatalog, path), 'utf8')).map(document => document.toJS()),
  );
  // What placeholders read is no entity.
  const checked = entities.filter(entity => entity?.kind).map(withoutPlaceholders);
  const { documents: total, accepted, differences } = await compare(checked);
  assert.ok(total > 60);
  assert.deepEqual(differences.map(tell), []);
  assert.equal(accepted, total);
});

// Backstage's validators see what a placeholder stands for.
function withoutPlaceholders(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Object.keys(value).length === 1 && Object.keys(value)[0].startsWith('$')) return 'text';
  if (Array.isArray(value)) return value.map(withoutPlaceholders);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPlaceholders(item)]));
}
