// Backstage's verdict on an entity, by the validators and policies of @backstage/catalog-model, in the order in which
// plugin-catalog-backend 4.0.0 applies them (DefaultCatalogProcessingOrchestrator, BuiltinKindsEntityProcessor), and the
// validator of the scaffolder's templates (ScaffolderEntitiesProcessor).
// What that package adds of its own, references that must be readable, is the table `references` here.
import { ai, model, templateEntityV1beta3Validator } from '../packages.js';

const policy = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
]);
const checkEnvelope = model.entityEnvelopeSchemaValidator();
const checkEntity = model.entitySchemaValidator();

const validators = [
  model.componentEntityV1alpha1Validator,
  model.resourceEntityV1alpha1Validator,
  model.groupEntityV1alpha1Validator,
  model.locationEntityV1alpha1Validator,
  model.userEntityV1alpha1Validator,
  model.systemEntityV1alpha1Validator,
  model.domainEntityV1alpha1Validator,
  templateEntityV1beta3Validator,
];
const validatorsOfAi = {
  skill: ai.skillAiResourceEntityV1alpha1Validator,
  rule: ai.ruleAiResourceEntityV1alpha1Validator,
  plugin: ai.pluginAiResourceEntityV1alpha1Validator,
  marketplace: ai.marketplaceAiResourceEntityV1alpha1Validator,
};

// By kind: the fields of `spec` that are references, each with the kind of one that names none.
const references = {
  Component: {
    owner: 'Group',
    subcomponentOf: 'Component',
    providesApis: 'API',
    consumesApis: 'API',
    dependsOn: undefined,
    dependencyOf: undefined,
    system: 'System',
  },
  API: { owner: 'Group', system: 'System' },
  Resource: { owner: 'Group', dependsOn: undefined, dependencyOf: undefined, system: 'System' },
  User: { memberOf: 'Group' },
  Group: { parent: 'Group', children: 'Group', members: 'User' },
  System: { owner: 'Group', domain: 'Domain' },
  Domain: { owner: 'Group', subdomainOf: 'Domain' },
  Template: { owner: 'Group' },
  AiResource: { owner: 'Group', system: 'System' }, // and those of its types
};

const referencesOfAi = {
  skill: { dependsOn: 'AiResource' },
  plugin: { skills: 'AiResource' },
  marketplace: { plugins: 'AiResource' },
};

function validatorsFor(entity) {
  if (entity.kind === 'API' && entity.spec?.type === 'mcp-server') return [ai.mcpServerApiEntityValidator];
  if (entity.kind === 'AiResource') return [validatorsOfAi[entity.spec?.type] ?? ai.aiResourceEntityV1alpha1Validator];
  return [...validators, model.apiEntityV1alpha1Validator];
}

async function checkKind(entity) {
  for (const validator of validatorsFor(entity)) {
    if (await validator.check(entity)) return;
  }
  throw new Error(`no processor recognised ${entity.apiVersion} ${entity.kind}`);
}

function checkReferences(entity) {
  const fields = {
    ...references[entity.kind],
    ...(entity.kind === 'AiResource' ? referencesOfAi[entity.spec.type] : {}),
  };
  for (const [field, defaultKind] of Object.entries(fields)) {
    const targets = entity.spec[field];
    if (!targets) continue;
    for (const target of [targets].flat()) {
      model.parseEntityRef(target, { defaultKind, defaultNamespace: entity.metadata.namespace });
    }
  }
}

// As ProcessorOutputCollector marks what comes from a file.
function withPlace(given) {
  const annotations = given.metadata.annotations || {};
  if (typeof annotations !== 'object' || Array.isArray(annotations))
    throw new Error('metadata.annotations must be a valid object');
  return {
    ...given,
    metadata: {
      ...given.metadata,
      annotations: { ...annotations, [model.ANNOTATION_LOCATION]: 'url:https://example.com/' },
    },
  };
}

// What Backstage has against the entity; undefined: nothing.
export async function verdict(given) {
  try {
    checkEnvelope(given);
    const entity = await policy.enforce(structuredClone(withPlace(given)));
    checkEntity(entity);
    await checkKind(entity);
    checkReferences(entity);
    return undefined;
  } catch (error) {
    return error.message;
  }
}
