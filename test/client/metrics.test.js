// What /metrics shows after some traffic is what Prometheus' own tool calls clean, and what the documents say it is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Session } from './session.js';

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

test('promtool finds nothing to improve', () => {
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: exposition, encoding: 'utf8' });
  assert.equal(checked.error, undefined, 'expected promtool, found none: run script/setup test');
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
  assert.equal(checked.stdout + checked.stderr, '');
});
