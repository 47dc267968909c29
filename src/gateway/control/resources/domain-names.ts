import { randomInt } from 'node:crypto';
import { LIMITS } from '../../limits.js';
import { badRequest, conflict } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import {
  type DomainName,
  type DomainNameConfiguration,
  DOMAIN_NAME_FIELDS,
  DOMAIN_NAME_SETTINGS,
  type RequestedConfiguration,
} from '../fields/domain-name-fields.js';
import { readFields, requireFields, writeFields } from '../fields/fields.js';
import { type ResourceCollection } from '../operations/resource-collection.js';

/**
 * Host names of the user's own. No name server and no certificate is consulted: a client that sends the name as its
 * `Host` reaches the stages that are mapped to it.
 */
export const domainNames: ResourceCollection<ControlPlane, DomainName> = {
  resourceType: 'DomainName',
  // AWS's text, like that of a conflict
  unknownText: () => 'The domain name resource specified in the request was not found.',
  quota: { items: LIMITS.domainNames, plural: 'DomainNames', owner: 'account' },

  items: (plane) => plane.domainNames,
  write: (domainName) => ({
    ...writeFields(DOMAIN_NAME_FIELDS, domainName),
    // some of their fields are in no table, because only responses have them
    domainNameConfigurations: domainName.DomainNameConfigurations.map((item) => writeFields({}, item)),
  }),

  create(plane, input) {
    const values = requireFields(
      readFields(DOMAIN_NAME_FIELDS, input),
      'DomainName',
      'DomainNameConfigurations',
    );
    const name = values.DomainName;
    if (plane.domainNames.has(name)) throw conflict('The domain name resource already exists.');
    const domainName: DomainName = {
      Tags: {},
      RoutingMode: 'API_MAPPING_ONLY',
      ...values,
      DomainNameArn: `arn:aws:apigateway:${plane.region}::/domainnames/${name}`,
      // recorded 2026-09
      ApiMappingSelectionExpression: '$request.basepath',
      DomainNameConfigurations: [configuration(values.DomainNameConfigurations, awsDefaults(plane))],
    };
    plane.domainNames.set(name, domainName);
    plane.apiMappings.set(name, new Map());
    return domainName;
  },

  update(plane, domainName, input) {
    const values = readFields(DOMAIN_NAME_SETTINGS, input);
    const [before] = domainName.DomainNameConfigurations;
    const updated: DomainName = {
      ...domainName,
      ...values,
      DomainNameConfigurations: values.DomainNameConfigurations
        ? [configuration(values.DomainNameConfigurations, before ?? {})]
        : domainName.DomainNameConfigurations,
    };
    plane.domainNames.set(domainName.DomainName, updated);
    return updated;
  },

  /** Also deletes its mappings. */
  delete(plane, { DomainName: name }) {
    plane.domainNames.delete(name);
    plane.apiMappings.delete(name);
  },
};

/** @param current the values of fields that the request does not name */
function configuration(
  [item, ...others]: readonly RequestedConfiguration[],
  current: DomainNameConfiguration,
): DomainNameConfiguration {
  if (item === undefined || others.length > 0) {
    throw badRequest('DomainNameConfigurations has one member: the REGIONAL endpoint');
  }
  const merged = { ...current, ...item };
  if (merged.CertificateArn === undefined) {
    throw badRequest(
      'DomainNameConfigurations[0].CertificateArn is missing: the ARN of a certificate in ACM',
    );
  }
  return merged;
}

/** The fields that AWS sets in a new configuration. */
function awsDefaults({ region }: ControlPlane): DomainNameConfiguration {
  const id = Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('');
  return {
    ApiGatewayDomainName: `d-${id}.execute-api.${region}.amazonaws.com`,
    DomainNameStatus: 'AVAILABLE',
    EndpointType: 'REGIONAL',
    IpAddressType: 'ipv4',
    SecurityPolicy: 'TLS_1_2',
  };
}
