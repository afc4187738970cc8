// What deploys the program is held to what can be had without a cluster: schemas, the tools' own checks, and the program itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv, YAML, kubernetesModel } from './packages.js';
import { checkout } from './server.js';

const deploy = join(checkout, 'deploy');
const read = path => readFileSync(join(deploy, path), 'utf8');
const binary = process.env.AUREACORE_BINARY;
const chart = 'helm/aureacore';
const values = YAML.parse(read(`${chart}/values.yaml`));

function run(program, ...args) {
  const ended = spawnSync(program, args, { encoding: 'utf8' });
  assert.equal(ended.error, undefined, `expected ${program}, found none: run script/setup test`);
  return ended;
}

function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'aureacore-deploy-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const documents = text =>
  YAML.parseAllDocuments(text, { merge: true }).map(document => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });

function checkConfiguration(text) {
  inFolder(folder => {
    const file = join(folder, 'aureacore.yaml');
    writeFileSync(file, text);
    const checked = run(binary, 'config', 'check', file);
    assert.equal(checked.status, 0, checked.stderr);
  });
}

// Of Kubernetes' own kinds; what others define (Flux, Argo CD) has no schema here.
function checkObject(object) {
  try {
    new (kubernetesModel(object))(object).validate();
  } catch (error) {
    assert.fail(`${object.kind} ${object.metadata?.name}: ${error.message}`);
  }
}

test('the schemas would notice a mistake', () => {
  const wrong = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: 'two' } };
  assert.throws(() => checkObject(wrong), /Deployment x: .*spec/);
});

test('the base is what kubectl can build and Kubernetes takes', () => {
  const built = run('kubectl', 'kustomize', join(deploy, 'kustomize/base'));
  assert.equal(built.status, 0, built.stderr);
  const objects = documents(built.stdout);
  assert.deepEqual(objects.map(({ kind }) => kind).sort(), [
    'ConfigMap',
    'Deployment',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
  ]);
  objects.forEach(checkObject);
  const config = objects.find(({ kind }) => kind === 'ConfigMap');
  const { spec } = objects.find(({ kind }) => kind === 'Deployment').spec.template;
  assert.equal(spec.volumes.find(({ name }) => name === 'config').configMap.name, config.metadata.name);
  checkConfiguration(config.data['aureacore.yaml']);
});

test('an instance has more time to end than it takes', () => {
  const { spec } = documents(read('kustomize/base/deployment.yaml'))[0].spec.template;
  const pause = Number(spec.containers[0].lifecycle.preStop.exec.command[1]);
  const drain = parseInt(YAML.parse(read('kustomize/base/aureacore.yaml')).drain, 10);
  assert.ok(pause + drain < spec.terminationGracePeriodSeconds);
  assert.ok(values.preStopSeconds + parseInt(values.config.drain, 10) < values.terminationGracePeriodSeconds);
  const unit = read('systemd/aureacore.service');
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)[1]) > drain);
});

test('pods are not root, and write where they are meant to alone', () => {
  const check = spec => {
    assert.equal(spec.securityContext.runAsNonRoot, true);
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true, container.name);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false, container.name);
    }
  };
  check(documents(read('kustomize/base/deployment.yaml'))[0].spec.template.spec);
  check(documents(read('redis/redis.yaml')).find(({ kind }) => kind === 'StatefulSet').spec.template.spec);
});

test('the example of Redis is what Kubernetes takes', () => documents(read('redis/redis.yaml')).forEach(checkObject));

test('what Flux and Argo CD are given is YAML with what every object has', () => {
  for (const path of ['flux/helmrelease.yaml', 'flux/resourceset.yaml', 'argocd/application.yaml', 'argocd/applicationset.yaml']) {
    for (const { apiVersion, kind, metadata } of documents(read(path))) {
      assert.ok(apiVersion && kind && metadata.name, path);
    }
  }
});

test('the values of the chart, and those of the examples, are what its schema says', () => {
  const validate = new Ajv({ allErrors: true, strict: true, strictTypes: false }).compile(JSON.parse(read(`${chart}/values.schema.json`)));
  const holds = (where, given) => assert.ok(validate(given), `${where}: ${JSON.stringify(validate.errors)}`);
  holds('values.yaml', values);
  const release = documents(read('flux/helmrelease.yaml')).find(({ kind }) => kind === 'HelmRelease');
  holds('flux', { ...values, ...release.spec.values });
  holds('argocd', { ...values, ...documents(read('argocd/application.yaml'))[0].spec.source.helm.valuesObject });
  for (const wrong of [{ replicaCount: 0 }, { replicas: 2 }, { config: {} }, { config: { ...values.config, sources: [] } }, { stateSize: 'big' }]) {
    assert.ok(!validate({ ...values, ...wrong }), `${JSON.stringify(wrong)} should be refused`);
  }
});

test('the configuration in the chart is one that the program takes', () => checkConfiguration(YAML.stringify(values.config)));

// "image.tag" of ".Values.image.tag", for each in the templates.
function usedValues() {
  const folder = join(deploy, chart, 'templates');
  const text = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8')).join('\n');
  assert.equal(text.split('{{').length, text.split('}}').length, 'braces');
  assert.equal(text.match(/{{-? (if|with|range|define) /g).length, text.match(/{{-? end /g).length, 'blocks');
  return new Set([...text.matchAll(/\.Values\.([\w.]+)/g)].map(match => match[1]));
}

test('the templates of the chart use every value, and no other', () => {
  const used = usedValues();
  const known = path => path.split('.').reduce((at, name) => at?.[name], values) !== undefined;
  for (const path of used) assert.ok(known(path), `the templates use ${path}, which values.yaml doesn't have`);
  const leaves = (at, prefix) =>
    Object.entries(at).flatMap(([name, value]) => {
      const path = prefix + name;
      if (used.has(path)) return [];
      const inner = value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0;
      return inner ? leaves(value, `${path}.`) : [path];
    });
  assert.deepEqual(leaves(values, ''), [], 'values that no template uses');
});

test('systemd finds nothing wrong with the unit', () => {
  inFolder(folder => {
    const unit = join(folder, 'aureacore.service');
    writeFileSync(unit, read('systemd/aureacore.service').replace('/usr/local/bin/aureacore', realpathSync(binary)));
    const verified = run('systemd-analyze', 'verify', '--man=no', unit);
    assert.equal(verified.status + verified.stderr, '0', verified.stderr);
    const secure = run('systemd-analyze', 'security', '--offline=yes', '--threshold=20', unit); // 2.0 of 10
    assert.equal(secure.status, 0, secure.stdout);
  });
});

// By library, the Debian package that it comes from. Of a merged /usr, dpkg may know either path.
function packagesOf(libraries) {
  const paths = path => [path, realpathSync(path), `/usr${path}`, realpathSync(path).replace(/^\/usr/, '')];
  const lines = run('dpkg', '-S', ...libraries.flatMap(paths)).stdout.matchAll(/^([^:]+):.*?: (\S+)$/gm);
  const owners = new Map([...lines].map(([, owner, path]) => [path, owner]));
  return libraries.map(library => owners.get(paths(library).find(path => owners.has(path))) ?? library);
}

test('the image installs what the program is linked against', () => {
  const needed = [...run('llvm-readelf-19', '--needed-libs', binary).stdout.matchAll(/^ +(\S+\.so\S*)$/gm)].map(match => match[1]);
  assert.ok(needed.length > 5, needed.join(' '));
  const places = new Map([...run('ldd', binary).stdout.matchAll(/^\s+(\S+) => (\S+)/gm)].map(([, name, path]) => [name, path]));
  const containerfile = read('container/Containerfile');
  const owners = packagesOf(needed.filter(name => places.has(name)).map(name => places.get(name)));
  for (const owner of owners.filter(name => name !== 'libc6')) {
    assert.match(containerfile, new RegExp(`\\s${owner.replace(/[.+]/g, '\\$&')}\\s`), `add ${owner} to the Containerfile`);
  }
});
