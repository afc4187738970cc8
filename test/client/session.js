// What most tests begin with: the server with the example catalog and some edge cases, and Backstage's client of it, whose
// every answer is held against the served OpenAPI document.
import { join } from 'node:path';
import { Contract } from './contract.js';
import { CatalogClient } from './packages.js';
import { Server, checkout, exampleCatalog } from './server.js';

const defaultSources = { edge: join(checkout, 'test/client/catalog'), example: exampleCatalog };

export class Session {
  static async start(options = {}) {
    const server = await Server.start({ sources: defaultSources, ...options });
    const session = new Session();
    session.server = server;
    session.contract = await Contract.of(server);
    session.client = session.clientWith({ fetch: session.contract.fetch });
    return session;
  }

  clientWith(fetchApi) {
    const discoveryApi = { getBaseUrl: async plugin => `${this.server.url}/api/${plugin}` };
    return new CatalogClient({ discoveryApi, fetchApi });
  }

  // As any other client would: a path with the query, and fetch's options.
  ask(target, init) {
    return this.contract.fetch(this.server.url + target, init);
  }

  async stop() {
    await this.server?.stop();
  }
}
