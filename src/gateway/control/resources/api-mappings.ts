import { type Collection } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import { readFields, requireFields, text, writeFields } from '../fields/fields.js';
import { newResourceId } from './resource-id.js';
import { type ApiMapping, type DomainName } from '../resources.js';

const FIELDS = {
  ApiId: text({ min: 1 }),
  Stage: text({ min: 1, max: 128 }),
  ApiMappingKey: text({
    max: 300,
    // mappings of several segments are for HTTP and REST APIs only:
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
    pattern: /^[A-Za-z0-9$_.+!*'()-]*$/,
    form: "one segment of a path, of letters, digits and $-_.+!*'()",
  }),
};

/** The domain name that the mappings belong to. */
export interface OfDomainName {
  readonly plane: ControlPlane;
  readonly domainName: DomainName;
}

/** Which stage of which API is behind a domain name, by the first segment of the path. */
export const apiMappings: Collection<OfDomainName, ApiMapping> = {
  resourceType: 'ApiMapping',

  items: (parent) => mappingsOf(parent),
  write: (mapping) => writeFields(FIELDS, mapping),

  create(parent, input) {
    const values = requireFields(readFields(FIELDS, input), 'ApiId', 'Stage');
    const ApiMappingId = newResourceId('ApiMapping', mappingsOf(parent));
    return put(parent, { ApiMappingKey: '', ...values, ApiMappingId });
  },

  update(parent, mapping, input) {
    return put(parent, { ...mapping, ...readFields(FIELDS, input) });
  },

  delete(parent, { ApiMappingId }) {
    const mappings = new Map(mappingsOf(parent));
    mappings.delete(ApiMappingId);
    parent.plane.apiMappings.set(parent.domainName.DomainName, mappings);
  },
};

const mappingsOf = ({ plane, domainName }: OfDomainName): ReadonlyMap<string, ApiMapping> =>
  plane.apiMappings.get(domainName.DomainName) ?? new Map();

function put(parent: OfDomainName, mapping: ApiMapping): ApiMapping {
  const { ApiId, Stage, ApiMappingId: id, ApiMappingKey: key } = mapping;
  const resources = parent.plane.apis.get(ApiId);
  if (resources === undefined) throw badRequest(`Invalid API identifier specified ${ApiId}`);
  if (!resources.stages.has(Stage)) throw badRequest(`Invalid stage identifier specified ${Stage}`);
  const mappings = mappingsOf(parent);
  if (mappings.values().some((other) => other.ApiMappingKey === key && other.ApiMappingId !== id)) {
    // [uncertain] as in v1: https://github.com/aws/aws-extensions-for-dotnet-cli/issues/102
    throw conflict('ApiMapping key already exists for this domain name');
  }
  parent.plane.apiMappings.set(parent.domainName.DomainName, new Map(mappings).set(id, mapping));
  return mapping;
}
