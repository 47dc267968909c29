import { listOf, notSupported, oneOf, structure, text } from './field-kinds.js';
import { type Stored, type Values } from './fields.js';
import { TAGS } from './shared-fields.js';

const CONFIGURATION = {
  CertificateArn: text({ min: 1 }),
  CertificateName: text({ min: 1, max: 128 }),
  // WebSocket APIs have no edge-optimized endpoints
  EndpointType: oneOf(['REGIONAL'] as const, ['EDGE']),
  SecurityPolicy: oneOf(['TLS_1_2'] as const, ['TLS_1_0']),
  IpAddressType: oneOf(['ipv4', 'dualstack'] as const),
  OwnershipVerificationCertificateArn: text({ min: 1 }),
};

/** The fields of a domain name that an update can change. */
export const DOMAIN_NAME_SETTINGS = {
  DomainNameConfigurations: listOf(structure(CONFIGURATION)),
  RoutingMode: oneOf(['API_MAPPING_ONLY'] as const, ['ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING']),
  MutualTlsAuthentication: notSupported(),
};

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';

export const DOMAIN_NAME_FIELDS = {
  ...DOMAIN_NAME_SETTINGS,
  DomainName: text({
    max: 253,
    pattern: new RegExp(`^(\\*\\.)?(${LABEL}\\.)+${LABEL}$`),
    form: 'a domain name in lower case',
  }),
  Tags: TAGS,
};

/** A host name of the user's own; its API mappings name the stages behind it. */
export type DomainName = Omit<
  Stored<typeof DOMAIN_NAME_FIELDS, 'DomainName' | 'RoutingMode' | 'Tags'>,
  'DomainNameConfigurations'
> & {
  readonly DomainNameArn: string;
  readonly DomainNameConfigurations: readonly DomainNameConfiguration[];
  readonly ApiMappingSelectionExpression: '$request.basepath';
};

export type RequestedConfiguration = Values<typeof CONFIGURATION>;

export type DomainNameConfiguration = RequestedConfiguration & {
  readonly ApiGatewayDomainName?: string;
  readonly DomainNameStatus?: 'AVAILABLE';
};
