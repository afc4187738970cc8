// A real `aureacore serve` on a free port of its own, with repositories and a state folder in a temporary folder of its
// own. The environment variable AUREACORE_BINARY names the program.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const checkout = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const patience = 30_000; // milliseconds for a start or an end, on a busy machine with sanitizers
const pause = 20; // milliseconds between two looks

const git = (directory, ...args) =>
  execFileSync(
    'git',
    ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'core.hooksPath=/dev/null', ...args],
    {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: directory, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    },
  ).toString();

// Asks until `ask` gives something, and gives that.
export async function eventually(what, ask) {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited ${patience} ms in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}

export class Repository {
  constructor(directory) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
  }

  git(...args) {
    return git(this.directory, ...args);
  }

  // Takes over a folder (a path) or files (a map of path to text), and gives the commit.
  commit(content) {
    if (typeof content === 'string') {
      cpSync(content, this.directory, { recursive: true });
    } else {
      for (const [path, text] of Object.entries(content)) {
        mkdirSync(dirname(join(this.directory, path)), { recursive: true });
        writeFileSync(join(this.directory, path), text);
      }
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'Change files');
    return this.git('rev-parse', 'HEAD').trim();
  }
}

export class Server {
  // sources: a map of id to the content of its first commit; null: a repository that can't be reached.
  static async start({ sources, ready = true, config = '' }) {
    const server = new Server();
    try {
      server.#makeSources(sources);
      await server.#spawn(config);
      if (ready) await eventually('the catalog is loaded', async () => (await fetch(`${server.url}/readyz`)).ok);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  folder = mkdtempSync(join(tmpdir(), 'aureacore-client-'));
  repositories = {};
  url = undefined;
  #sources = '';
  #process;
  #log = '';

  #makeSources(sources) {
    for (const [id, content] of Object.entries(sources)) {
      const directory = join(this.folder, 'repositories', id);
      if (content !== null) {
        this.repositories[id] = new Repository(directory);
        this.repositories[id].commit(content);
      }
      const include = id === 'example' ? '**/catalog-info.yaml' : '**/*.yaml';
      this.#sources += `  - {id: ${id}, url: "${directory}", include: ["${include}"], interval: 1h}\n`;
    }
  }

  async #spawn(config) {
    assert.ok(process.env.AUREACORE_BINARY, 'AUREACORE_BINARY is not set: it names the program to test');
    const file = join(this.folder, 'aureacore.yaml');
    const settings = 'listen: 127.0.0.1:0\nstate_dir: state\nallow_local: true\nthreads: 2\n';
    writeFileSync(file, `${settings}${config}sources:\n${this.#sources}`);
    this.#process = spawn(process.env.AUREACORE_BINARY, ['serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => this.#process.kill('SIGKILL')); // where a test ended without stop()
    this.#process.stderr.on('data', data => (this.#log += data));
    const ended = new Promise(resolve => this.#process.once('exit', resolve));
    this.#process.ended = ended;
    const lines = createInterface({ input: this.#process.stdout });
    const listening = new Promise(resolve => lines.once('line', line => resolve(/http:\S+/.exec(line)?.[0])));
    this.url = await Promise.race([listening, ended]);
    assert.match(String(this.url), /^http:/, `expected the server to listen, found its end:\n${this.#log}`);
  }

  async stop() {
    const status = await this.#end();
    rmSync(this.folder, { recursive: true, force: true });
    assert.equal(status, 0, `expected the server to end well, found:\n${this.#log}`);
  }

  async #end() {
    if (!this.#process) return 0;
    this.#process.kill('SIGTERM');
    const late = setTimeout(() => this.#process.kill('SIGKILL'), patience);
    const status = await this.#process.ended;
    clearTimeout(late);
    return status;
  }
}

export const exampleCatalog = join(checkout, 'example', 'catalog');
