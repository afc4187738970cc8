// What operators go by holds together: alert rules, dashboard, metrics and configuration, and the documents about them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { YAML } from './packages.js';
import { Session } from './session.js';
import { checkout } from './server.js';

const read = path => readFileSync(join(checkout, path), 'utf8');
const guide = 'docs/operations.md';
const rules = YAML.parse(read('deploy/prometheus/alerts.yaml')).groups.flatMap(group => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/aureacore.json'));

let session;
let exposition;

before(async () => {
  session = await Session.start();
  for (const target of [
    '/api/catalog/entities/by-name/component/default/web-shop',
    '/api/catalog/entities?filter=kind=api',
    '/api/catalog/entities?consistency=strong',
    '/api/catalog/entities/by-name/component/default/none',
    '/nothing',
  ]) {
    await fetch(session.server.url + target);
  }
  exposition = await (await fetch(`${session.server.url}/metrics`)).text();
});
after(() => session?.stop());

// A program of Prometheus', which must find nothing to improve.
function promtool(...args) {
  const options = { input: args.includes('metrics') ? exposition : '', encoding: 'utf8', cwd: join(checkout, 'deploy/prometheus') };
  const run = spawnSync('promtool', args, options);
  assert.equal(run.error, undefined, 'expected promtool, found none: run script/setup test');
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return run.stdout + run.stderr;
}

test('promtool calls the metrics clean', () => assert.equal(promtool('check', 'metrics'), ''));
test('promtool calls the alert rules sound', () => promtool('check', 'rules', 'alerts.yaml'));
test('the alerts fire when they should, and not before', () => promtool('test', 'rules', 'alerts_test.yaml'));

test('every alert has a test, and says what to do', () => {
  const cases = YAML.parse(read('deploy/prometheus/alerts_test.yaml')).tests;
  const headings = [...read(guide).matchAll(/^### (\S+)$/gm)].map(match => match[1]);
  for (const { alert, annotations } of rules) {
    assert.ok(cases.some(each => each.name === alert), `${alert}: add a test of it to deploy/prometheus/alerts_test.yaml`);
    assert.ok(headings.includes(alert), `${alert}: add "### ${alert}" with what to do to ${guide}`);
    assert.equal(annotations.runbook, `${guide}#${alert.toLowerCase()}`);
  }
  const known = rules.map(rule => rule.alert);
  for (const heading of headings.filter(each => each.startsWith('Aureacore'))) {
    assert.ok(known.includes(heading), `${heading} is in ${guide}, but in no rule: take it out`);
  }
});

// The names in the first column of the guide's table of metrics.
const documented = new Set([...read(guide).matchAll(/^\| `((?:aureacore|process)_\w+)` \|/gm)].map(match => match[1]));
const family = name => (documented.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
const namesIn = text => new Set([...text.matchAll(/\b(?:aureacore|process)_\w+/g)].map(match => family(match[0])));

test('every metric that is exposed is documented', () => {
  for (const [, name] of exposition.matchAll(/^# TYPE (\S+) /gm)) {
    assert.ok(documented.has(name), `${name} is exposed: add a row for it to the table of metrics in ${guide}`);
  }
});

// Some metrics need what a test of one instance doesn't have: those are looked for where they are registered.
function registered() {
  const source = join(checkout, 'src');
  const files = readdirSync(source, { recursive: true }).filter(path => /(?<!_test)\.cc$/.test(path));
  const text = files.map(path => readFileSync(join(source, path), 'utf8')).join('\n');
  return namesIn([...text.matchAll(/"((?:aureacore|process)_\w+)"/g)].map(match => match[1]).join('\n'));
}

test('every metric that is documented exists', () => {
  const known = registered();
  for (const name of documented) assert.ok(known.has(name), `${name} is in ${guide}, but in no source: take its row out`);
});

test('every metric that is registered is documented', () => {
  for (const name of registered()) {
    assert.ok(documented.has(name), `${name} is registered in src/: add a row for it to the table of metrics in ${guide}`);
  }
});

test('alerts and dashboard use metrics that exist', () => {
  for (const [where, text] of [
    ['deploy/prometheus/alerts.yaml', rules.map(rule => rule.expr).join('\n')],
    ['deploy/grafana/aureacore.json', dashboard.panels.flatMap(panel => panel.targets ?? []).map(target => target.expr).join('\n')],
  ]) {
    const names = namesIn(text);
    assert.ok(names.size > 10, where);
    for (const name of names) assert.ok(documented.has(name), `${where} uses ${name}, which ${guide} doesn't know`);
  }
});

test('the dashboard is whole: panels with ids of their own, queries of the chosen source, no two in one place', () => {
  const ids = dashboard.panels.map(panel => panel.id);
  assert.deepEqual(ids, [...new Set(ids)]);
  const taken = new Set();
  for (const { title, type, gridPos, targets, datasource } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; ++x) {
      assert.ok(!taken.has(`${x} ${gridPos.y}`), `${title} lies over another panel`);
      taken.add(`${x} ${gridPos.y}`);
    }
    if (type === 'row') continue;
    assert.equal(datasource.uid, '${datasource}', title);
    for (const { expr } of targets) assert.match(expr, /job="\$job"/, title);
  }
});

test('the queries of the dashboard are well-formed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aureacore-dashboard-'));
  const queries = dashboard.panels.flatMap(panel => panel.targets ?? []);
  const rule = ({ expr }, index) => ({ record: `q:${index}`, expr: expr.replaceAll('$__rate_interval', '5m') });
  writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'q', rules: queries.map(rule) }] }));
  try {
    promtool('check', 'rules', join(folder, 'rules.yaml'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

// The program lists the keys of a mapping when it finds one there that it doesn't know; so it is given some.
const strange = index => `qqqqqqqqqqqqqqqqqqqq-${index}-`;

// For each of the keys at a place (a function that puts a mapping there), what stands below it: undefined where it holds a value,
// otherwise the keys of the mapping, or of each mapping of the list.
function below(put, keys, shape) {
  const found = lists(put(Object.fromEntries(keys.map((key, index) => [key, shape({ [strange(index)]: 1 })]))));
  return keys.map((key, index) => found.get(strange(index)));
}

function lists(configuration) {
  const folder = mkdtempSync(join(tmpdir(), 'aureacore-keys-'));
  const file = join(folder, 'aureacore.yaml');
  writeFileSync(file, JSON.stringify(configuration)); // JSON is YAML
  const { stderr } = spawnSync(process.env.AUREACORE_BINARY, ['config', 'check', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const lines = [...stderr.matchAll(/unknown key "([^"]+)" in .*; its keys are (.*)$/gm)];
  return new Map(lines.map(([, key, keys]) => [key, keys.split(', ')]));
}

// Every key that the program takes, as "limits.connections" and "sources[].url"; those of lists of mappings themselves, too.
function accepted(put = mapping => mapping, prefix = '', keys = lists({ [strange(0)]: 1 }).get(strange(0))) {
  const sections = below(put, keys, mapping => mapping);
  const items = below(put, keys, mapping => [mapping]);
  return keys.flatMap((key, index) => {
    const name = prefix + key;
    if (sections[index]) return accepted(mapping => put({ [key]: mapping }), `${name}.`, sections[index]);
    if (items[index]) return [name, ...accepted(mapping => put({ [key]: [mapping] }), `${name}[].`, items[index])];
    return [name];
  });
}

// The keys in the first columns of the tables whose head is "Key" or "Key of a source": backquoted, several in one cell.
function keysIn(document, listNames) {
  const keys = [];
  let prefix;
  for (const line of document.split('\n')) {
    const cell = line.startsWith('|') ? line.split('|')[1].trim() : undefined;
    const head = cell && /^Key(?: of (?:a|an|each of) `?([\w.[\]]+)`?)?$/.exec(cell);
    if (cell === undefined) prefix = undefined;
    else if (head) prefix = head[1] ? `${listNames.find(name => [head[1], `${head[1]}s`].includes(name)) ?? head[1]}[].` : '';
    else if (prefix !== undefined) keys.push(...[...cell.matchAll(/`([^`]+)`/g)].map(match => prefix + match[1]));
  }
  return keys;
}

test('every key of the configuration is documented, and every documented key exists', () => {
  const taken = accepted();
  assert.ok(taken.includes('limits.connections') && taken.includes('sources[].credentials.username'), taken.join(' '));
  const listNames = taken.filter(key => taken.some(other => other.startsWith(`${key}[].`)));
  const told = keysIn(read('docs/configuration.md'), listNames);
  for (const key of taken) {
    assert.ok(
      told.includes(key),
      `${key} is taken: add it to the first column of a table in docs/configuration.md (the head "Key", or "Key of a source" for those of a list's items)`,
    );
  }
  for (const key of told) assert.ok(taken.includes(key), `${key} is in docs/configuration.md, but isn't taken: take it out`);
});
