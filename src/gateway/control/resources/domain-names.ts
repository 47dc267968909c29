import { randomInt } from 'node:crypto';
import { type Collection } from '../operations/resource-collection.js';
import { badRequest, conflict } from '../control-error.js';
import { type ControlPlane } from '../control-plane.js';
import {
  listOf,
  notServed,
  oneOf,
  readFields,
  requireFields,
  structure,
  text,
  type Values,
  writeFields,
} from '../fields/fields.js';
import { type DomainName } from '../resources.js';
import { TAGS } from './tags.js';

const CONFIGURATION = {
  CertificateArn: text({ min: 1 }),
  CertificateName: text({ min: 1, max: 128 }),
  // WebSocket APIs have no edge-optimized endpoints
  EndpointType: oneOf(['REGIONAL'] as const, ['EDGE']),
  SecurityPolicy: oneOf(['TLS_1_2'] as const, ['TLS_1_0']),
  IpAddressType: oneOf(['ipv4', 'dualstack'] as const),
  OwnershipVerificationCertificateArn: text({ min: 1 }),
};
const SETTINGS = {
  DomainNameConfigurations: listOf(structure(CONFIGURATION)),
  RoutingMode: oneOf(['API_MAPPING_ONLY'] as const, ['ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING']),
  MutualTlsAuthentication: notServed(),
};
const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const FIELDS = {
  ...SETTINGS,
  DomainName: text({
    max: 253,
    pattern: new RegExp(`^(\\*\\.)?(${LABEL}\\.)+${LABEL}$`),
    form: 'a domain name in lower case',
  }),
  Tags: TAGS,
};

/**
 * Host names of the user's own. Nothing is asked of a name server and no certificate is read: a client that sends the
 * name as its `Host` reaches what is mapped to it.
 */
export const domainNames: Collection<ControlPlane, DomainName> = {
  resourceType: 'DomainName',

  items: (plane) => plane.domainNames,
  write: (domainName) => ({
    ...writeFields(FIELDS, domainName),
    // its members are part of the answer only, in part
    domainNameConfigurations: domainName.DomainNameConfigurations.map((item) => writeFields({}, item)),
  }),

  create(plane, input) {
    const values = requireFields(readFields(FIELDS, input), 'DomainName', 'DomainNameConfigurations');
    const name = values.DomainName;
    // AWS's words of v1
    if (plane.domainNames.has(name)) throw conflict('The domain name you provided already exists.');
    const domainName: DomainName = {
      Tags: {},
      RoutingMode: 'API_MAPPING_ONLY',
      ...values,
      DomainNameArn: `arn:aws:apigateway:${plane.region}::/domainnames/${name}`,
      // recorded 2026-09
      ApiMappingSelectionExpression: '$request.basepath',
      DomainNameConfigurations: [configuration(values.DomainNameConfigurations, given(plane))],
    };
    plane.domainNames.set(name, domainName);
    plane.apiMappings.set(name, new Map());
    return domainName;
  },

  update(plane, domainName, input) {
    const values = readFields(SETTINGS, input);
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

  /** Its mappings go with it. */
  delete(plane, { DomainName: name }) {
    plane.domainNames.delete(name);
    plane.apiMappings.delete(name);
  },
};

/** @param before what the configuration has that the request does not mention */
function configuration(
  [item, ...more]: readonly Values<typeof CONFIGURATION>[],
  before: Readonly<Record<string, unknown>>,
): DomainName['DomainNameConfigurations'][number] {
  if (item === undefined || more.length > 0) {
    throw badRequest('DomainNameConfigurations has one member: the REGIONAL endpoint');
  }
  const merged = { ...before, ...item };
  if (merged['CertificateArn'] === undefined) {
    throw badRequest(
      'DomainNameConfigurations[0].CertificateArn is missing: the ARN of a certificate in ACM',
    );
  }
  return merged;
}

/** What AWS adds to a new configuration. */
function given({ region }: ControlPlane): DomainName['DomainNameConfigurations'][number] {
  const id = Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('');
  return {
    ApiGatewayDomainName: `d-${id}.execute-api.${region}.amazonaws.com`,
    DomainNameStatus: 'AVAILABLE',
    EndpointType: 'REGIONAL',
    IpAddressType: 'ipv4',
    SecurityPolicy: 'TLS_1_2',
  };
}
