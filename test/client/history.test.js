// Clients read at all levels through random instances while pushes happen and things break; what they saw is held against what
// was pushed. AUREACORE_HISTORY_SECONDS makes it longer, AUREACORE_HISTORY_SEED another one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Fleet } from './fleet.js';
import { History, positionOf, randomOf } from './history.js';
import { eventually } from './server.js';

const seconds = Number(process.env.AUREACORE_HISTORY_SECONDS ?? 8);
const seed = Number(process.env.AUREACORE_HISTORY_SEED ?? 1);
const random = randomOf(seed);
const pick = list => list[Math.floor(random() * list.length)];
const pass = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const entity = (name, number) =>
  `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: ${name}, description: "${number}"}\n` +
  'spec: {type: service, lifecycle: production, owner: team}\n';
const files = number => ({ 'a/shop.yaml': entity('shop', number), 'b/cart.yaml': entity('cart', number) });

const targets = {
  '/api/catalog/entities/by-name/component/default/shop': one => [one],
  '/api/catalog/entities/by-query?filter=kind=component': list => list.items,
  '/api/catalog/entities?filter=metadata.name=cart,kind=component&filter=metadata.name=shop': list => list,
};
const levels = ['eventual', 'eventual', 'bounded', 'session', 'snapshot', 'strong'];

const history = new History();
let fleet;
let number = 1;

before(async () => {
  const begun = Date.now();
  fleet = await Fleet.start({ size: 3, files: files(number), interval: '1s' });
  history.pushes.push({ number, begun, acknowledged: Date.now() });
});
after(() => fleet?.stop());

// One that fails leaves its commit to the next.
async function push() {
  number += 1;
  const push = { number, begun: Date.now(), acknowledged: Infinity };
  history.pushes.push(push);
  await fleet.push(files(number));
  push.acknowledged = Date.now();
}

const asks = {
  eventual: () => ({}),
  bounded: () => ({ maxAge: pick([1, 2, 5]) }),
  session: seen => ({ token: seen.at(-1) }),
  snapshot: seen => ({ token: pick(seen.slice(-8)) }),
  strong: () => ({}),
};

function headerOf(level, { maxAge, token }) {
  if (level === 'bounded') return `bounded; max-age=${maxAge}`;
  return token === undefined ? level : `${level}; version="${token}"`;
}

// One request; nothing where the instance was away.
async function read(seen) {
  const instance = pick(fleet.instances);
  const level = seen.length === 0 ? 'eventual' : pick(levels);
  const target = pick(Object.keys(targets));
  const terms = asks[level](seen);
  const one = { instance: instance.url, level, target, ...terms, asked: Date.now() };
  const healthy = !instance.faulty;
  const headers = { 'AureaCore-Consistency': headerOf(level, terms), Prefer: 'wait=2' };
  const answer = await fetch(instance.url + target, { headers }).catch(() => undefined);
  const body = await answer?.json().catch(() => undefined);
  if (body === undefined) {
    assert.ok(!healthy || instance.faulty, `an instance that nothing was done to gave no answer to ${JSON.stringify(one)}`);
    return;
  }
  one.starting = !healthy || instance.faulty;
  one.answered = Date.now();
  one.status = answer.status;
  const get = name => answer.headers.get(name);
  one.header = { version: get('aureacore-version'), etag: get('etag'), age: Number(get('age')) };
  if (answer.status === 200) {
    one.numbers = targets[target](body).map(item => Number(item.metadata.description));
    if (level !== 'snapshot') seen.push(one.header.version);
  } else {
    one.problem = body;
  }
  history.reads.push(one);
}

// What is done to an instance shows at it alone.
async function toOne(deed) {
  const instance = pick(fleet.instances);
  instance.faulty = true;
  await deed(instance);
  instance.faulty = false;
}

const faults = {
  'Redis stands still': async () => {
    fleet.redis.pause();
    await pass(700);
    fleet.redis.resume();
  },
  'Redis is killed': async () => {
    await fleet.redis.end('SIGKILL');
    await pass(400);
    fleet.redis.start();
  },
  'Redis is emptied': () => fleet.redis.ask('flushall'),
  'the remote is away': async () => {
    fleet.takeRemoteAway();
    await pass(800);
    fleet.bringRemoteBack();
  },
  'Redis and the remote are away': async () => {
    fleet.redis.pause();
    await faults['the remote is away']();
    fleet.redis.resume();
  },
  'an instance stands still': () =>
    toOne(async instance => {
      instance.pause();
      await pass(500);
      instance.resume();
    }),
  'an instance is killed': () =>
    toOne(async instance => {
      await instance.end('SIGKILL');
      await instance.begin();
      await fleet.ready(instance);
    }),
};

// Each once, in an order of the seed's, then more of them.
async function breaker(until) {
  const names = Object.keys(faults).sort(() => random() - 0.5);
  for (let i = 0; i < names.length || Date.now() < until; ++i) {
    await pass(300);
    await faults[names[i % names.length]]();
  }
}

test(`what clients see is what the contract allows (seed ${seed})`, async () => {
  const until = Date.now() + seconds * 1_000;
  const broken = breaker(until);
  let going = true;
  const clients = [1, 2, 3, 4].map(async () => {
    const seen = [];
    while (going) await read(seen);
  });
  const pushing = (async () => {
    while (going) {
      await push().catch(() => {}); // the remote is away: nothing was acknowledged
      await pass(100 + 300 * random());
    }
  })();
  await broken;
  going = false;
  await Promise.all([...clients, pushing]);

  await push();
  for (const instance of fleet.instances) {
    await eventually('all serve the last push', async () => {
      const answer = await fetch(instance.url + Object.keys(targets)[0]);
      return positionOf(answer.headers.get('aureacore-version'))[0] === number;
    });
  }
  assert.deepEqual(history.violations(), []);
  for (const level of levels) assert.ok(history.answered(level) > 0, `no answer at ${level}: nothing is shown`);
});
