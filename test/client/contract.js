// The served OpenAPI document as a contract: every answer that passes through `fetch` here must be one that it describes,
// by status, headers, content type and body, and each parameter that was sent must be among those described.
import assert from 'node:assert/strict';
import { Ajv2020, addFormats } from './packages.js';

const methods = ['get', 'put', 'post', 'delete'];

// Headers that any HTTP answer may have.
const plainHeaders = [
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'transfer-encoding',
  'vary',
];
// What the server refuses before it knows an operation.
const refusals = [408, 413, 414, 417, 431, 505];

// Lists of members are meant to be whole: what they neither name nor allow by additionalProperties must not be there.
function close(schema) {
  if (Array.isArray(schema)) return schema.map(close);
  if (schema === null || typeof schema !== 'object') return schema;
  const closed = Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      ['const', 'default', 'enum', 'examples'].includes(key) ? [key, value] : [key, close(value)],
    ),
  );
  if (closed.type === 'object' && closed.properties && !('additionalProperties' in closed))
    closed.unevaluatedProperties = false;
  return closed;
}

// "/entities/{id}" → the expression for it, and how many of its segments are fixed.
function pattern(path) {
  const source = path
    .split('/')
    .map(part => (part.startsWith('{') ? '[^/]+' : part.replace(/[.]/g, '\\.')))
    .join('/');
  return { expression: new RegExp(`^${source}$`), fixed: path.split('/').filter(part => !part.startsWith('{')).length };
}

// A stream of events has no end: its first event stands for it.
async function beginning(answer) {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!/event: .*\n\n$/s.test(text)) text += (await reader.read()).value;
  await reader.cancel();
  return new Response(text, { status: answer.status, headers: answer.headers });
}

export class Contract {
  constructor(document) {
    this.document = document;
    this.operations = [];
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of methods.filter(name => item[name])) {
        this.operations.push({ ...item[method], method: method.toUpperCase(), path, ...pattern(path) });
      }
    }
    this.operations.sort((a, b) => b.fixed - a.fixed);
    this.#ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, coerceTypes: false });
    addFormats(this.#ajv);
    this.#ajv.addKeyword('components');
    this.#ajv.addSchema({ $id: 'document', components: close(document.components) }, undefined, undefined, false);
  }

  static async of(server) {
    const answer = await fetch(`${server.url}/api/v1/openapi.json`);
    assert.equal(answer.status, 200);
    return new Contract(await answer.json());
  }

  seen = new Set(); // "<operationId> <status>"
  sent = new Set(); // "<operationId> <query parameter>"
  #ajv;
  #compiled = new Map();

  operation(method, url) {
    const path = new URL(url).pathname;
    return this.operations.find(each => each.method === method && each.expression.test(path));
  }

  resolve(node) {
    return node.$ref
      ? node.$ref
          .slice(2)
          .split('/')
          .reduce((at, key) => at[key], this.document)
      : node;
  }

  // Like the global fetch, but throws where the answer isn't as described.
  fetch = async (url, init = {}) => {
    const answer = await beginning(await fetch(url, init));
    const operation = this.operation(init.method ?? 'GET', url);
    assert.ok(operation, `${init.method ?? 'GET'} ${url}: expected an operation of the document, found none`);
    await this.check(operation, String(url), answer.clone());
    return answer;
  };

  async check(operation, url, answer) {
    const where = `${operation.operationId} (${operation.method} ${url}) ${answer.status}`;
    const described =
      operation.responses[answer.status] ?? (refusals.includes(answer.status) && operation.responses.default);
    assert.ok(described, `${where}: expected one of ${Object.keys(operation.responses)}`);
    this.seen.add(`${operation.operationId} ${answer.status}`);
    this.#checkParameters(operation, url, where, answer.ok);
    const response = this.resolve(described);
    this.#checkHeaders(response, answer.headers, where);
    await this.#checkBody(response, answer, where);
  }

  #checkParameters(operation, url, where, ok) {
    const known = (operation.parameters ?? []).map(each => this.resolve(each)).filter(each => each.in === 'query');
    for (const name of new Set(new URL(url).searchParams.keys())) {
      if (!known.some(each => each.name === name)) {
        assert.ok(!ok, `${where}: the parameter ${name} is taken, but not described`);
      } else if (ok) {
        this.sent.add(`${operation.operationId} ${name}`);
      }
    }
  }

  #checkHeaders(response, headers, where) {
    const described = Object.entries(response.headers ?? {}).map(([name, header]) => [
      name.toLowerCase(),
      this.resolve(header),
    ]);
    for (const [name, header] of described) {
      const value = headers.get(name);
      if (value === null) {
        assert.ok(!header.required, `${where}: expected the header ${name}, found none`);
      } else {
        this.#validate(
          header.schema,
          header.schema.type === 'integer' ? Number(value) : value,
          `${where}: the header ${name}`,
        );
      }
    }
    const names = [...headers.keys()].filter(name => !plainHeaders.includes(name));
    assert.deepEqual(
      names.filter(name => !described.some(([known]) => known === name)),
      [],
      `${where}: headers not described`,
    );
  }

  async #checkBody(response, answer, where) {
    const text = await answer.text();
    if (!response.content) return assert.equal(text, '', `${where}: expected no body`);
    const type = answer.headers.get('content-type')?.split(';')[0];
    const media = response.content[type];
    assert.ok(media, `${where}: expected one of ${Object.keys(response.content)}, found ${type}`);
    this.#validate(media.schema, type.endsWith('json') ? JSON.parse(text) : text, where);
  }

  #validate(schema, value, where) {
    const key = JSON.stringify(schema);
    if (!this.#compiled.has(key)) {
      const local = JSON.parse(JSON.stringify(close(schema)).replaceAll('"#/components/', '"document#/components/'));
      this.#compiled.set(key, this.#ajv.compile(local));
    }
    const validate = this.#compiled.get(key);
    assert.ok(
      validate(value),
      `${where}: ${this.#ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 1000)}`,
    );
  }
}
