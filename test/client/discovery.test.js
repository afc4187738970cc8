// A real Prometheus (Debian's) finds its targets in the catalog, follows a commit, and scrapes what it found.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Server, eventually } from './server.js';

// A component; where `address` is given, one that is to be scraped there.
const component = (name, address) => `
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  labels: {tier: "1"}
  annotations: ${address ? `{aureacore.io/scrape-targets: "${address}"}` : '{}'}
spec: {type: service, lifecycle: production, owner: team-a, system: shop}
`;

class Prometheus {
  folder = mkdtempSync(join(tmpdir(), 'aureacore-prometheus-'));
  #log = '';
  #process;

  async start(discovery) {
    const config = join(this.folder, 'prometheus.yml');
    const relabelled = { source_labels: ['__meta_aureacore_label_tier'], target_label: 'tier' };
    const job = {
      job_name: 'catalog',
      http_sd_configs: [{ url: discovery, refresh_interval: '1s' }],
      relabel_configs: [relabelled],
    };
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
    this.#process = spawn('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(this.folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ]);
    process.once('exit', () => this.#process.kill('SIGKILL')); // where a test ended without stop()
    this.#process.once('error', error => (this.#log += `prometheus: ${error.message}: run script/setup test`));
    this.#process.ended = new Promise(resolve => this.#process.once('close', resolve));
    this.#process.stderr.on('data', data => (this.#log += data));
    this.address = await eventually(`prometheus listens:\n${this.#log}`, () => this.#listening());
  }

  #listening() {
    assert.ok(!this.#process.exitCode && this.#process.pid, `expected prometheus to listen, found:\n${this.#log}`);
    return /msg="Listening on" address=(\S+)/.exec(this.#log)?.[1];
  }

  async targets() {
    const answer = await fetch(`http://${this.address}/api/v1/targets?state=active`);
    return (await answer.json()).data.activeTargets;
  }

  async stop() {
    this.#process?.kill('SIGTERM');
    await this.#process?.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let server;
const prometheus = new Prometheus();

before(async () => {
  server = await Server.start({ sources: { fleet: { 'shop.yaml': component('shop'), 'cart.yaml': component('cart') } } });
  await prometheus.start(`${server.url}/api/v1/discovery/prometheus?filter=spec.owner=team-a`);
});
after(async () => {
  await prometheus.stop();
  await server?.stop();
});

// Commits files, and waits until they are served.
async function commit(files) {
  server.repositories.fleet.commit(files);
  const answer = await fetch(`${server.url}/api/catalog/entities?consistency=strong`);
  assert.equal(answer.status, 200);
}

test('a component that names an address is scraped there, by the labels of the catalog', async () => {
  const address = new URL(server.url).host;
  await commit({ 'shop.yaml': component('shop', address) });
  const [target] = await eventually('the target is up', async () => {
    const targets = await prometheus.targets();
    return targets.some(({ health }) => health === 'up') && targets;
  });
  assert.deepEqual(target.labels, {
    entity: 'component:default/shop',
    instance: address,
    job: 'catalog',
    lifecycle: 'production',
    owner: 'group:default/team-a',
    system: 'system:default/shop',
    tier: '1',
  });
  assert.equal(target.discoveredLabels.__meta_aureacore_name, 'shop');
});

test('one that names none any more is left alone', async () => {
  await commit({ 'shop.yaml': component('shop') });
  await eventually('the target is gone', async () => (await prometheus.targets()).length === 0);
});
