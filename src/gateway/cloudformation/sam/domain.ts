import { createHash } from 'node:crypto';
import { type Node } from '../document.js';
import { type Part } from '../build-node.js';
import { property, type SamReader } from './sam-reader.js';
import { type Added, added, propagatedTags, type SamResource } from './sam-resource.js';

/** The domain name of an API and its mappings (`Domain`); of `Route53` nothing, because names are resolved elsewhere. */
export function domainOf(
  reader: SamReader,
  api: SamResource,
  stageId: string,
  tag: string,
): readonly Added[] {
  const domain = reader.dictionary(property(api.properties, 'Domain'), 'Domain');
  if (domain === undefined) return [];
  const name = property(domain, 'DomainName');
  const certificate = property(domain, 'CertificateArn');
  if (name === undefined || certificate === undefined) {
    throw reader.stack.error(
      domain,
      'Custom Domains only works if both DomainName and CertificateArn are provided.',
    );
  }
  const domainId = `ApiGatewayDomainNameV2${shortHash(keyOf(name))}`;
  const mapping = (logicalId: string, key?: string) =>
    added(api, logicalId, 'AWS::ApiGatewayV2::ApiMapping', {
      ApiId: { Ref: api.logicalId },
      DomainName: { Ref: domainId },
      Stage: { Ref: stageId },
      ApiMappingKey: key,
    });
  const paths = basePaths(reader, property(domain, 'BasePath'));
  return [
    added(api, domainId, 'AWS::ApiGatewayV2::DomainName', {
      DomainName: name,
      DomainNameConfigurations: [
        {
          CertificateArn: certificate,
          EndpointType: property(domain, 'EndpointConfiguration') ?? 'REGIONAL',
          OwnershipVerificationCertificateArn: property(domain, 'OwnershipVerificationCertificateArn'),
          SecurityPolicy: property(domain, 'SecurityPolicy'),
        },
      ],
      MutualTlsAuthentication: property(domain, 'MutualTlsAuthentication'),
      Tags: propagatedTags(reader, api, tag),
    }),
    ...(paths === undefined
      ? [mapping(`${api.logicalId}ApiMapping`)]
      : paths.map((path) =>
          mapping(`${api.logicalId}${path.replace(/[-_/]+/g, '')}ApiMapping`, path.replace(/^\/+|\/+$/g, '')),
        )),
  ];
}

function basePaths(reader: SamReader, node: Node | undefined): readonly string[] | undefined {
  const selected = reader.branch(node);
  if (selected === undefined) return undefined;
  if (selected.kind === 'scalar') return [String(selected.value)];
  return reader.list(selected, 'Domain.BasePath')?.map((path) => {
    const text = reader.text(path) ?? '';
    if (/^[\w/-]+$/.test(text)) return text;
    throw reader.stack.error(path, 'Invalid Basepath name provided.');
  });
}

/** As SAM appends it to logical ids. */
export const shortHash = (text: string): string => createHash('sha1').update(text).digest('hex').slice(0, 10);

/** The text, or SAM's JSON of an intrinsic function. */
function keyOf(node: Node): string {
  if (node.kind === 'scalar') return String(node.value);
  return JSON.stringify(plain(node));
}

function plain(node: Node): Part {
  switch (node.kind) {
    case 'scalar':
      return node.value ?? '';
    case 'list':
      return node.items.map(plain);
    case 'call':
      return { [node.name]: plain(node.argument) };
    case 'dictionary':
      return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, plain(value)]));
  }
}
