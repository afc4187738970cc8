// Real processes on free loopback ports: a Redis, some `aureacore serve` that share it, and a bare repository that is pushed to;
// each can be paused, killed and brought back.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Repository, eventually } from './server.js';

const run = promisify(execFile);

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

// A program that can be ended and started again.
class Program {
  constructor(command, args) {
    this.command = command;
    this.args = args;
  }

  start() {
    this.log = '';
    this.child = spawn(this.command, this.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.running = true;
    this.child.stderr.on('data', data => (this.log += data));
    this.ended = new Promise(resolve => this.child.once('exit', resolve));
    this.lines = createInterface({ input: this.child.stdout });
    process.once('exit', () => this.child.kill('SIGKILL')); // where a test ended without stop()
  }

  pause = () => this.child.kill('SIGSTOP');
  resume = () => this.child.kill('SIGCONT');

  async end(signal) {
    if (!this.running) return;
    this.running = false;
    this.resume();
    this.child.kill(signal);
    await this.ended;
  }
}

class Redis extends Program {
  static async start(folder) {
    const port = await freePort();
    const redis = new Redis('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '']);
    redis.port = port;
    redis.start();
    await eventually('Redis answers', () => redis.ask('ping').then(answer => answer.startsWith('PONG')));
    return redis;
  }

  async ask(...command) {
    const { stdout } = await run('redis-cli', ['-p', `${this.port}`, ...command]).catch(() => ({ stdout: '' }));
    return stdout;
  }
}

class Instance extends Program {
  async begin() {
    this.start();
    const listening = new Promise(resolve => this.lines.once('line', line => resolve(/http:\S+/.exec(line)?.[0])));
    this.url = await Promise.race([listening, this.ended]);
    assert.match(String(this.url), /^http:/, `expected an instance to listen, found its end:\n${this.log}`);
    this.#listenThereAgain();
  }

  // Another start is under the same address.
  #listenThereAgain() {
    if (!this.args.includes('--listen')) this.args.push('--listen', new URL(this.url).host);
  }
}

export class Fleet {
  // files: the content of the first commit.
  static async start({ size, files, interval }) {
    const fleet = new Fleet();
    fleet.#makeRemote(files);
    await fleet.push(files);
    fleet.redis = await Redis.start(fleet.folder);
    fleet.instances = Array.from({ length: size }, (_, i) => fleet.#makeInstance(i, interval));
    for (const instance of fleet.instances) await instance.begin();
    for (const instance of fleet.instances) await fleet.ready(instance);
    return fleet;
  }

  folder = mkdtempSync(join(tmpdir(), 'aureacore-fleet-'));
  instances = [];

  #makeRemote() {
    this.remote = join(this.folder, 'remote');
    this.work = new Repository(join(this.folder, 'work'));
    mkdirSync(this.remote);
    this.work.git('init', '--quiet', '--bare', '--initial-branch=main', this.remote);
  }

  #makeInstance(number, interval) {
    const folder = join(this.folder, `instance-${number}`);
    mkdirSync(folder);
    const file = join(folder, 'aureacore.yaml');
    writeFileSync(
      file,
      `listen: 127.0.0.1:0\nstate_dir: state\nallow_local: true\nthreads: 1\n` +
        `cache: {url: "redis://127.0.0.1:${this.redis.port}"}\n` +
        `sources:\n  - {id: main, url: "${this.remote}", branch: main, include: ["**/*.yaml"], interval: ${interval}}\n`,
    );
    return new Instance(process.env.AUREACORE_BINARY, ['serve', '--config', file]);
  }

  ready = instance =>
    eventually('the catalog is loaded', () => fetch(`${instance.url}/readyz`).then(answer => answer.ok, () => false));

  // Acknowledged by the remote when it returns.
  async push(files) {
    this.work.commit(files);
    await run('git', ['push', '--quiet', this.remote, 'main'], { cwd: this.work.directory });
  }

  takeRemoteAway = () => renameSync(this.remote, `${this.remote}.away`);
  bringRemoteBack = () => renameSync(`${this.remote}.away`, this.remote);

  async stop() {
    for (const program of [...this.instances, ...(this.redis ? [this.redis] : [])]) await program.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
