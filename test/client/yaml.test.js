// What files say beside what Backstage's YAML parser reads in them: scalars in every style, made at random of pieces that
// could be taken for something else. AUREACORE_YAML=COUNT,SEED tries others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { random } from './oracle/mutations.js';
import { YAML } from './packages.js';
import { Server } from './server.js';

const [count, seed] = (process.env.AUREACORE_YAML ?? '1500,20261122').split(',').map(Number);
const next = random(seed);
const pick = items => items[Math.floor(next() * items.length)];

const pieces = [
  ...'0 1 7 9 a e E x o b f é . - + _ : # ~ * | > % @ ` " \' { } [ ] , ? \\ / = < << \u{1F680} \\n \\x41 \\u00e9'.split(' '),
  ...'null Null NULL nULL true True TRUE tRUE no yes on .inf -.INF .nan .NaN 1e3 1E-7 1e21 1e400 0x1F'.split(' '),
  ...'0o17 017 0b1 1_000 12:30 2020-01-01 1.50 -0 9007199254740993'.split(' '),
  ' ',
  '\t',
];
const scalar = () => Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(pieces)).join('');

const styles = [
  ...Array(6).fill(scalar),
  () => JSON.stringify(scalar()),
  () => `"${scalar()}"`,
  () => `'${scalar().replaceAll("'", "''")}'`,
  () => `|${pick(['', '-', '+'])}\n    ${scalar()}\n      ${scalar()}\n\n`,
  () => `>${pick(['', '-', '+'])}\n    ${scalar()}\n    ${scalar()}\n\n    ${scalar()}\n`,
  () => `[${scalar()}, ${scalar()}]`,
  () => `{${scalar()}: ${scalar()}}`,
  () => `\n    ${scalar()}: ${scalar()}\n    z: ${scalar()}`,
  () => `${scalar()}\n    ${scalar()}`,
];

const descriptor = (value, number) => `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: c-${number}
spec:
  type: service
  lifecycle: production
  owner: team
  value: ${value}
`;

// Where one of the two reads what the other refuses, and why.
const explained = [
  { reason: 'libyaml takes no tab as the first character of a block or line', ours: /found a tab/ },
  { reason: "in a flow libyaml keeps to YAML 1.1's meaning of ? : and -", value: /^ {2}value: [[{].*[?:-]/ },
  { reason: 'libyaml lets a comment follow the header of a block at once', theirs: /Comments must be separated/ },
  { reason: 'libyaml takes no key that is left out', theirs: /"":/ },
];

function read(text) {
  try {
    const documents = YAML.parseAllDocuments(text);
    const error = documents.flatMap(document => document.errors)[0];
    return error ? { error: error.message } : { spec: JSON.stringify(documents[0].toJSON().spec) };
  } catch (error) {
    return { error: error.message };
  }
}

let server;
let texts;
let ours;
let errors;
before(async () => {
  texts = Array.from({ length: count }, (_, number) => descriptor(pick(styles)(), number));
  const files = Object.fromEntries(texts.map((text, number) => [`${number}.yaml`, text]));
  server = await Server.start({ sources: { yaml: files } });
  const entities = await (await fetch(`${server.url}/api/catalog/entities`)).json();
  ours = new Map(entities.map(entity => [entity.metadata.name, JSON.stringify(entity.spec)]));
  const { items } = await (await fetch(`${server.url}/api/v1/errors?limit=10000`)).json();
  errors = new Map(items.map(item => [item.path, item.message]));
});
after(() => server?.stop());

function explains({ reason, ...where }, difference) {
  return Object.entries(where).every(([side, pattern]) => pattern.test(difference[side] ?? ''));
}

test("files say what Backstage's parser reads in them", t => {
  const unexplained = [];
  let same = 0;
  for (const [number, text] of texts.entries()) {
    const theirs = read(text);
    const our = ours.get(`c-${number}`);
    if (theirs.spec === our) {
      same += our !== undefined;
      continue;
    }
    const value = text.slice(text.indexOf('  value: '));
    const difference = { value, ours: our ?? errors.get(`${number}.yaml`), theirs: theirs.spec ?? theirs.error };
    if (!explained.some(each => explains(each, difference))) unexplained.push(difference);
  }
  t.diagnostic(`${count} files, ${same} with the same value`);
  assert.deepEqual(unexplained.slice(0, 20), []);
  assert.ok(same > count / 2);
});
