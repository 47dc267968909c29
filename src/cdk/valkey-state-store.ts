import { Aws, Fn } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type FargateService } from 'aws-cdk-lib/aws-ecs';
import { CfnServerlessCache } from 'aws-cdk-lib/aws-elasticache';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { type Construct } from 'constructs';
import { type Network } from './network.js';
import { StateStore } from './state-store.js';

/** ElastiCache Serverless for Valkey, which always uses cluster mode and TLS. Only the tasks may connect. */
export class ValkeyStateStore extends StateStore {
  readonly environment: Readonly<Record<string, string>>;
  readonly #securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, network: Network, encryptionKey: IKey | undefined) {
    super(scope, id);
    const { vpc, subnets } = network;
    this.#securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Backchannel store: only the tasks',
      allowAllOutbound: false,
    });
    const cache = new CfnServerlessCache(this, 'Cache', {
      // required, and must be unique among stacks
      serverlessCacheName: Fn.join('-', [Aws.STACK_NAME, 'store']),
      description: 'Backchannel: connections, channels and their history',
      engine: 'valkey',
      majorEngineVersion: '8',
      // the API accepts at most three
      subnetIds: subnets.slice(0, 3).map(({ subnetId }) => subnetId),
      securityGroupIds: [this.#securityGroup.securityGroupId],
      snapshotRetentionLimit: 1,
      ...(encryptionKey && { kmsKeyId: encryptionKey.keyArn }),
    });
    this.environment = {
      STORE: 'redis',
      REDIS_URL: `rediss://${cache.attrEndpointAddress}:${PORT}`,
      REDIS_CLUSTER: 'true',
    };
  }

  /** Does nothing: the network alone controls access. */
  grantTo(): void {}

  allowFrom(service: FargateService): void {
    for (const group of service.connections.securityGroups) {
      this.#securityGroup.addIngressRule(
        Peer.securityGroupId(group.securityGroupId),
        Port.tcp(PORT),
        'tasks',
      );
    }
  }
}

const PORT = 6379;
