import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { VpcLink } from 'aws-cdk-lib/aws-apigateway';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, Secret as TaskSecret } from 'aws-cdk-lib/aws-ecs';
import { NetworkLoadBalancedFargateService } from 'aws-cdk-lib/aws-ecs-patterns';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { MappingSource, WebSocketNlbIntegration, WebSocketParameterMapping } from 'backchannel-cdk';
import { type Construct } from 'constructs';

const ROUTES = { $connect: '/ws/connect', $disconnect: '/ws/disconnect', $default: '/ws/message' };
const STRONG = { passwordLength: 48, excludePunctuation: true };
const [pk, sk] = ['pk', 'sk'].map((name) => ({ name, type: AttributeType.STRING }));

/** The auction as a Fargate service, behind a WebSocket API of API Gateway. */
export class AuctionStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const api = new WebSocketApi(this, 'Api', { routeSelectionExpression: '$request.body.action' });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: 'prod',
      autoDeploy: true,
    });
    const secret = new Secret(this, 'GatewaySecret', { generateSecretString: STRONG });
    const jwtSecret = new Secret(this, 'JwtSecret', { generateSecretString: STRONG });
    const table = new TableV2(this, 'Table', { partitionKey: pk!, sortKey: sk!, timeToLiveAttribute: 'ttl' });
    const environment = { STORE: 'dynamodb', DYNAMODB_TABLE: table.tableName, AUTH: 'jwt' };
    const { service, taskDefinition, loadBalancer } = new NetworkLoadBalancedFargateService(this, 'Service', {
      publicLoadBalancer: false,
      taskImageOptions: {
        image: ContainerImage.fromAsset('.', { exclude: ['cdk.out', 'node_modules'] }),
        containerPort: 3000,
        environment: { ...environment, HOST: '0.0.0.0', WS_API_ENDPOINT: stage.callbackUrl },
        secrets: {
          GATEWAY_SECRET: TaskSecret.fromSecretsManager(secret),
          JWT_SECRET: TaskSecret.fromSecretsManager(jwtSecret),
        },
      },
    });
    service.connections.allowFrom(Peer.ipv4(service.cluster.vpc.vpcCidrBlock), Port.tcp(3000));
    table.grantReadWriteData(taskDefinition.taskRole);
    api.grantManageConnections(taskDefinition.taskRole);

    const vpcLink = new VpcLink(this, 'Link', { targets: [loadBalancer] });
    for (const [routeKey, path] of Object.entries(ROUTES)) {
      const parameterMapping = new WebSocketParameterMapping()
        .header('ConnectionId', MappingSource.context('connectionId'))
        .header('ConnectedAt', MappingSource.context('connectedAt'))
        .header('RequestId', MappingSource.context('requestId'))
        .header('GatewaySecret', MappingSource.literal(secret.secretValue.unsafeUnwrap()));
      if (routeKey === '$connect')
        parameterMapping.header('Token', MappingSource.requestQueryString('token'));
      const integration = new WebSocketNlbIntegration('Call', {
        vpcLink,
        loadBalancer,
        path,
        parameterMapping,
      });
      api.addRoute(routeKey, { integration });
    }
    new CfnOutput(this, 'Url', { value: stage.url });
  }
}
