// Backstage's packages are CommonJS; their other form can't be loaded by every Node.js.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const { CatalogClient, CATALOG_FILTER_EXISTS } = require('@backstage/catalog-client');
export const { InMemoryCatalogClient } = require('@backstage/catalog-client/testUtils');
export const model = require('@backstage/catalog-model');
export const Ajv2020 = require('ajv/dist/2020').default;
export const addFormats = require('ajv-formats').default;
export const YAML = require('yaml');
export const ai = require('@backstage/catalog-model/alpha');
