import { LIMITS } from '../../limits.js';
import { ASSUMED_TEXTS } from '../../silent/control-choices.js';
import { HTTP_TEXTS } from '../../silent/http-control-choices.js';
import { badRequest, conflict, quotaExceeded, unknownReference } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { API_MAPPING_FIELDS, type ApiMapping } from '../fields/api-mapping-fields.js';
import { type DomainName } from '../fields/domain-name-fields.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';
import { newResourceId } from './resource-id.js';

/** The domain name that the mappings belong to. */
interface ParentDomainName {
  readonly plane: ControlPlane;
  readonly domainName: DomainName;
}

/** The stages behind a domain name, each by the beginning of the path. */
export const apiMappings: ResourceCollection<ParentDomainName, ApiMapping> = {
  resourceType: 'ApiMapping',
  // AWS's text
  unknownText: () => 'The api mapping resource specified in the request was not found.',

  items: (parent) => mappingsOf(parent),
  write: (mapping) => writeFields(API_MAPPING_FIELDS, mapping),

  create(parent, input) {
    const values = requireFields(readFields(API_MAPPING_FIELDS, input), 'ApiId', 'Stage');
    const ApiMappingId = newResourceId('ApiMapping', mappingsOf(parent));
    return put(parent, { ApiMappingKey: '', ...values, ApiMappingId });
  },

  update(parent, mapping, input) {
    return put(parent, { ...mapping, ...readFields(API_MAPPING_FIELDS, input) });
  },

  delete(parent, { ApiMappingId }) {
    const mappings = new Map(mappingsOf(parent));
    mappings.delete(ApiMappingId);
    parent.plane.apiMappings.set(parent.domainName.DomainName, mappings);
  },
};

const mappingsOf = ({ plane, domainName }: ParentDomainName): ReadonlyMap<string, ApiMapping> =>
  plane.apiMappings.get(domainName.DomainName) ?? new Map();

function put(parent: ParentDomainName, mapping: ApiMapping): ApiMapping {
  const { ApiId, Stage, ApiMappingId: id, ApiMappingKey: key } = mapping;
  const resources = parent.plane.apis.get(ApiId);
  if (resources === undefined)
    throw unknownReference('ApiId', 'Api', `Invalid API identifier specified ${ApiId}`);
  if (!resources.stages.has(Stage))
    throw unknownReference('Stage', 'Stage', `Invalid stage identifier specified ${Stage}`);
  if (resources.protocol === 'WEBSOCKET' && key.includes('/')) {
    throw badRequest(`ApiMappingKey '${key}' has several segments; a WebSocket API is mapped by one`);
  }
  const mappings = mappingsOf(parent);
  const others = [...mappings.values()].filter((other) => other.ApiMappingId !== id);
  const isMultiLevel = ({ ApiMappingKey }: ApiMapping) => ApiMappingKey.includes('/');
  if (isMultiLevel(mapping) && others.filter(isMultiLevel).length >= LIMITS.multiLevelApiMappings) {
    throw quotaExceeded('multi-level ApiMappings', 'domain name');
  }
  const { apis } = parent.plane;
  if (others.some((other) => apis.get(other.ApiId)?.protocol !== resources.protocol)) {
    throw badRequest(HTTP_TEXTS.mixedDomain(parent.domainName.DomainName));
  }
  if (others.some((other) => other.ApiMappingKey === key)) {
    throw conflict(ASSUMED_TEXTS.apiMappingExists);
  }
  parent.plane.apiMappings.set(parent.domainName.DomainName, new Map(mappings).set(id, mapping));
  return mapping;
}
