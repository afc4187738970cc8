// Backstage's packages are CommonJS; their other form can't be loaded by every Node.js.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export const { CatalogClient, CATALOG_FILTER_EXISTS } = require('@backstage/catalog-client');
export const { InMemoryCatalogClient } = require('@backstage/catalog-client/testUtils');
export const model = require('@backstage/catalog-model');
export const Ajv2020 = require('ajv/dist/2020').default;
export const addFormats = require('ajv-formats').default;
// What checks an object of Kubernetes by its published schema, by the object's apiVersion and kind.
export const kubernetesModel = ({ apiVersion, kind }) => require(`kubernetes-models/${apiVersion}/${kind}`)[kind];
export const Ajv = require('ajv').default;
export const YAML = require('yaml');
export const { EventSource } = require('eventsource');
export const { Webhook } = require('standardwebhooks');
export const ai = require('@backstage/catalog-model/alpha');

// The one file of it that needs no more than the model: see package.json.
const scaffolder = dirname(require.resolve('@backstage/plugin-scaffolder-common/package.json'));
export const { templateEntityV1beta3Validator } = require(join(scaffolder, 'dist/TemplateEntityV1beta3.cjs.js'));
