import { join } from 'node:path';
import { Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture, type FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';

export interface ImageProps {
  /** An image in a registry. Without it, `cdk deploy` builds the image from the Dockerfile. */
  readonly uri: string | undefined;
  readonly architecture: 'x86_64' | 'arm64';
  /** For a template of one file, which cannot build an image: without a URI, it has the parameter `Image`. */
  readonly withoutAssets: boolean;
}

/** The container image of the service. */
export function serviceImage(
  scope: Construct,
  { uri, architecture, withoutAssets }: ImageProps,
): ContainerImage {
  if (uri !== undefined) return registryImage(scope, uri);
  if (!withoutAssets) {
    return ContainerImage.fromAsset(join(import.meta.dirname, '../..'), {
      target: 'service',
      // otherwise Docker builds for the machine that it runs on
      platform: architecture === 'arm64' ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    });
  }
  const { valueAsString } = new CfnParameter(Stack.of(scope), 'Image', {
    description: "URI of the service's image, in this account's registry or a public one",
  });
  return new ParameterImage(valueAsString);
}

export const cpuArchitecture = (architecture: ImageProps['architecture']) =>
  architecture === 'arm64' ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64;

/** An image in a private ECR registry needs permissions; any other image needs none. */
function registryImage(scope: Construct, uri: string): ContainerImage {
  const [, account, region, name, version] = ECR_URI.exec(uri) ?? [];
  if (account === undefined || region === undefined || name === undefined)
    return ContainerImage.fromRegistry(uri);
  const repository = Repository.fromRepositoryAttributes(scope, 'Repository', {
    repositoryName: name,
    repositoryArn: `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${name}`,
  });
  return ContainerImage.fromEcrRepository(repository, version?.replace(/^[:@]/, '') ?? 'latest');
}

const ECR_URI = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)([:@].+)?$/;

/** An image that is known only at deployment, and may be in any repository of the account. */
class ParameterImage extends ContainerImage {
  constructor(private readonly uri: string) {
    super();
  }

  bind(_scope: Construct, { taskDefinition }: { taskDefinition: object }) {
    const task = taskDefinition as FargateTaskDefinition;
    task.addToExecutionRolePolicy(
      new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
    );
    task.addToExecutionRolePolicy(
      new PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [Stack.of(task).formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' })],
      }),
    );
    return { imageName: this.uri };
  }
}
