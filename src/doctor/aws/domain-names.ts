import { GetApiMappingsCommand, GetDomainNamesCommand } from '@aws-sdk/client-apigatewayv2';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read } from './read.js';

/** A custom domain name of which a mapping leads to the API. */
export interface DomainName {
  readonly name: string;
  readonly status: string;
  readonly statusMessage: string | undefined;
  /** The name to which DNS has to lead. */
  readonly target: string;
  readonly certificateArn: string | undefined;
  readonly securityPolicy: string | undefined;
  readonly mappings: readonly { readonly stage: string; readonly path: string }[];
}

export const readDomainNames = (
  { apiGatewayV2 }: AwsClients,
  apiId: string,
): Promise<readonly DomainName[]> =>
  read('apigateway:GET /domainnames', async () => {
    const domains = await allPages(async (NextToken) => {
      const page = await apiGatewayV2.send(new GetDomainNamesCommand({ NextToken }));
      return { items: page.Items, next: page.NextToken };
    });
    const found: DomainName[] = [];
    for (const { DomainName: name = '', DomainNameConfigurations: [configuration] = [] } of domains) {
      const mappings = await allPages(async (NextToken) => {
        const page = await apiGatewayV2.send(new GetApiMappingsCommand({ DomainName: name, NextToken }));
        return { items: page.Items, next: page.NextToken };
      });
      const ours = mappings.filter(({ ApiId }) => ApiId === apiId);
      if (ours.length === 0) continue;
      found.push({
        name,
        status: configuration?.DomainNameStatus ?? '',
        statusMessage: configuration?.DomainNameStatusMessage,
        target: configuration?.ApiGatewayDomainName ?? '',
        certificateArn: configuration?.CertificateArn,
        securityPolicy: configuration?.SecurityPolicy,
        mappings: ours.map(({ Stage: stage = '', ApiMappingKey: path = '' }) => ({ stage, path })),
      });
    }
    return found;
  });
