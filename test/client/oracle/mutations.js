// Documents that are nearly right: valid ones of each kind, with one or two things changed. The same seed gives the same
// documents.
const long = length => 'a'.repeat(length);

const metadata = {
  name: 'the-name',
  namespace: 'the-namespace',
  title: 'A title',
  description: 'A description',
  labels: { plain: 'value', 'example.com/prefixed': 'other_value.1' },
  annotations: { plain: 'any value: at all', 'example.com/prefixed': '' },
  tags: ['java', 'c++', 'a-b:c'],
  links: [
    { url: 'https://example.com/a', title: 'A', icon: 'docs', type: 'runbook' },
    { url: 'mailto:team@example.com' },
  ],
};
const core = 'backstage.io/v1alpha1';
const owned = { type: 'some', lifecycle: 'production', owner: 'team-a', system: 'the-system' };
const depending = { dependsOn: ['component:a', 'resource:other/b'], dependencyOf: ['component:default/c'] };
const skill = {
  disciplines: ['web'],
  categories: ['x'],
  agents: ['y'],
  dependsOn: ['other'],
  allowedTools: 'Read',
  license: 'MIT',
  compatibility: 'all',
};

const permissions = { 'backstage:permissions': { tags: ['restricted'] } };
const template = {
  type: 'service',
  owner: 'team-a',
  lifecycle: 'production',
  parameters: [{ title: 'About', required: ['name'], properties: { name: { type: 'string' } }, ...permissions }],
  secrets: { schema: { type: 'object' } },
  presentation: { buttonLabels: { backButtonText: 'b', createButtonText: 'c', reviewButtonText: 'r' } },
  EXPERIMENTAL_recovery: { EXPERIMENTAL_strategy: 'none' },
  formDecorators: [{ id: 'token', input: { scope: 'read' } }],
  EXPERIMENTAL_formDecorators: [{ id: 'token', input: {} }],
  steps: [
    { id: 'fetch', name: 'Fetch', action: 'fetch:plain', input: { url: './a' }, if: '${{ true }}', ...permissions },
    { action: 'publish', if: true },
  ],
  output: {
    links: [{ title: 'Open', url: 'https://example.com/a', icon: 'docs', entityRef: 'component:a', if: true }],
    text: [{ title: 'Done', icon: 'info', content: '', if: 'x' }],
    other: 'any text',
  },
};

const valid = [
  {
    kind: 'Component',
    spec: {
      ...owned,
      ...depending,
      subcomponentOf: 'whole',
      providesApis: ['one', 'api:two'],
      consumesApis: ['ns/three'],
    },
  },
  { kind: 'API', spec: { ...owned, type: 'openapi', definition: 'openapi: 3.1.0' } },
  { kind: 'API', spec: { ...owned, type: 'mcp-server', remotes: [{ type: 'sse', url: 'https://example.com/mcp' }] } },
  { kind: 'Resource', spec: { type: 'database', owner: 'user:ada', system: 's', ...depending } },
  { kind: 'System', spec: { owner: 'team-a', domain: 'd', type: 't' } },
  { kind: 'Domain', spec: { owner: 'team-a', subdomainOf: 'd', type: 't' } },
  {
    kind: 'Group',
    spec: {
      type: 'team',
      parent: 'up',
      children: ['down'],
      members: ['ada'],
      profile: { displayName: 'Team A', email: 'a@example.com', picture: 'https://example.com/a.png' },
    },
  },
  {
    kind: 'User',
    spec: {
      memberOf: ['team-a'],
      profile: { displayName: 'Ada', email: 'ada@example.com', picture: 'https://example.com/b.png' },
    },
  },
  { kind: 'Location', spec: { type: 'url', target: './a.yaml', targets: ['./b.yaml'], presence: 'optional' } },
  { kind: 'AiResource', spec: { ...owned, type: 'skill', ...skill } },
  { kind: 'AiResource', spec: { ...owned, type: 'rule', disciplines: ['web'], category: 'c', rationale: 'because' } },
  { kind: 'AiResource', spec: { ...owned, type: 'plugin', skills: ['a'], version: '1.0.0' } },
  { kind: 'AiResource', spec: { ...owned, type: 'marketplace', plugins: ['a'], version: '1.0.0' } },
  { kind: 'AiResource', spec: { ...owned, type: 'prompt' } },
  { apiVersion: 'scaffolder.backstage.io/v1beta3', kind: 'Template', spec: template },
].map(entity => ({ apiVersion: core, ...entity, metadata }));

const texts = [
  '', ' ', 'a', 'A', '-', '_', 'a-', '-a', 'a--b', 'a_b', 'a.b', '.a', 'a b', 'a\n', '\na', 'a\tb', 'a\u0000b', 'ä',
  'ß', 'İ', '\u{1F680}', '\ud800', 'a/b', 'a/b/c', '/', 'a/', '/a', 'a:b', 'a:', ':a', ':', 'a:b/c', 'a:b/c/d',
  'a:b:c', 'a/b:c', 'a:/b', 'component:a', 'Component:A/B', 'x:y z/w', '0', '1.5', 'true', 'null', '~', '$text', '#',
  '+', 'c#', 'a+b', 'UPPER', 'MixedCase', 'a.example.com/b', 'A.example.com/b', 'a..b/c', '-a/b', 'a-/b', 'http://',
  'http:', 'https://example.com', 'https://exa mple.com', '//example.com', 'example.com', 'javascript:alert(1)',
  'JavaScript:x', 'data:,x', 'urn:x', 'http://[::1', 'http://[::1]/', 'http://a:99999/', 'https://ä.example/',
  'file:///x', ' https://example.com ', 'required', 'optional', 'service', 'skill', 'mcp-server', 'url', 'file', core,
  'backstage.io/v1beta1', 'backstage.io/v1', 'backstage.io/', 'v1', 'scaffolder.backstage.io/v1beta3',
  'example.com/v1', 'Backstage.io/v1alpha1', 'component', 'Component', 'COMPONENT', 'Api', 'API', 'Group', 'System',
  'Spaceship', 'AiResource', 'Airesource', long(62), long(63), long(64), long(253), long(254), long(500), long(501),
  `${long(63)}/${long(63)}`, `${long(253)}/a`, `${long(254)}/a`, `a/${long(64)}`, `${'a.'.repeat(126)}a/b`,
  `https://example.com/${long(3000)}`,
];
const others = [
  null, 0, 1, -1.5, 1e300, true, false, [], {}, [''], ['a'], ['a', 'a'], [null], [1], [[]], [{}], ['a', 1],
  { a: 'b' }, { '': '' }, { a: null }, { a: { b: 'c' } }, { url: 'https://example.com' },
  [{ url: 'https://example.com' }], [{ url: 'https://example.com', type: 'x' }], { kind: 'a', name: 'b' },
  [{ kind: 'a', namespace: 'b', name: 'c' }], { $unknown: 'x' },
];
const keys = [
  '', ' ', 'a', 'A', 'a/b', 'a/b/c', '/a', 'a/', 'a b', 'ä', 'a.b/c', 'A.b/c', long(63), long(64), `${long(253)}/a`,
  `${long(254)}/a`, 'a\n', 'status', 'relations', 'uid', 'etag', 'generation', 'extra', 'Name', 'constructor',
  'toString', 'backstage.io/orphan', 'target', 'targets', 'type', 'owner', 'dependencyOf', 'spec', 'items',
  'attachments',
];

// A generator of numbers from 0 to 1 (mulberry32).
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Every place in a document: the container and the key in it.
function places(container) {
  if (container === null || typeof container !== 'object') return [];
  return Object.keys(container).flatMap(key => [{ container, key }, ...places(container[key])]);
}

const pick = (items, next) => items[Math.floor(next() * items.length)];

function remove({ container, key }) {
  if (Array.isArray(container)) container.splice(key, 1);
  else delete container[key];
}

function change(entity, next) {
  const place = pick(places(entity), next);
  const current = place.container[place.key];
  const how = next();
  if (how < 0.12) return remove(place);
  if (how < 0.3) return (place.container[place.key] = structuredClone(pick(others, next)));
  if (how < 0.45 && Array.isArray(current)) return current.push(structuredClone(pick([...texts, ...others], next)));
  if (how < 0.6 && current && typeof current === 'object')
    return (current[pick(keys, next)] = structuredClone(pick([...texts, ...others], next)));
  if (how < 0.65) return (entity[pick(keys, next)] = structuredClone(pick([...texts, ...others], next)));
  place.container[place.key] = pick(texts, next);
}

// A generator of `count` documents.
export function* documents(seed, count) {
  const next = random(seed);
  for (let i = 0; i < count; ++i) {
    const entity = structuredClone(valid[i % valid.length]);
    for (let changes = next() < 0.75 ? 1 : 2; changes > 0; --changes) change(entity, next);
    yield entity;
  }
}

// Each valid document with each of its places missing, and with each of the texts and other values there.
export function* systematic() {
  for (const original of valid) {
    yield structuredClone(original);
    for (let i = 0; i < places(original).length; ++i) {
      for (const replacement of [undefined, ...texts, ...others]) {
        const entity = structuredClone(original);
        const { container, key } = places(entity)[i];
        if (replacement === undefined) remove({ container, key });
        else container[key] = structuredClone(replacement);
        yield entity;
      }
    }
  }
}
