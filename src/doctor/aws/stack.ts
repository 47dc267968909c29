import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read } from './read.js';

export interface StackResource {
  readonly type: string;
  readonly physicalId: string;
}

export const readStack = ({ cloudFormation }: AwsClients, name: string): Promise<readonly StackResource[]> =>
  read('cloudformation:ListStackResources', async () => {
    const resources = await allPages(async (NextToken) => {
      const input = { StackName: name, NextToken };
      const page = await cloudFormation.send(new ListStackResourcesCommand(input));
      return { items: page.StackResourceSummaries, next: page.NextToken };
    });
    return resources.map(({ ResourceType = '', PhysicalResourceId = '' }) => ({
      type: ResourceType,
      physicalId: PhysicalResourceId,
    }));
  });
