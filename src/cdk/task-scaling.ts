import { Duration } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { type IMetric, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type FargateService } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

export interface TaskScalingProps {
  readonly service: FargateService;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly connectionsPerTask: number;
  /** `ConnectCount` of the stage. */
  readonly connects: Metric;
  /** `HealthyHostCount` of the target group. */
  readonly healthyTasks: IMetric;
}

/**
 * How many tasks there are: as many as the CPU asks for, and as many as the connections do.
 *
 * Nothing counts open connections: API Gateway holds them and tells only of those that are opened, and the load
 * balancer's flows are API Gateway's own to the tasks. But each connection ends after two hours at the latest, so that N
 * of them make at least N / 120 `ConnectCount` a minute. Clients that come and go sooner count for more, and cost more.
 */
export class TaskScaling extends Construct {
  constructor(scope: Construct, id: string, props: TaskScalingProps) {
    super(scope, id);
    const scaling = props.service.autoScaleTaskCount({
      minCapacity: props.minTasks,
      maxCapacity: props.maxTasks,
    });
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: 60,
      scaleOutCooldown: Duration.minutes(1),
      scaleInCooldown: Duration.minutes(5),
    });
    // the construct library's own takes no expression
    new CfnScalingPolicy(this, 'Connections', {
      policyName: 'connections',
      policyType: 'TargetTrackingScaling',
      scalingTargetId: scalableTargetId(props.service),
      targetTrackingScalingPolicyConfiguration: {
        targetValue: props.connectionsPerTask / LIFETIME_MINUTES,
        scaleOutCooldown: 60,
        scaleInCooldown: 600,
        customizedMetricSpecification: {
          metrics: [
            query('connects', props.connects, 'Sum'),
            query('tasks', props.healthyTasks, 'Maximum'),
            {
              id: 'perTask',
              label: 'connects a minute for each task',
              expression: 'FILL(connects, 0) / IF(FILL(tasks, 1) > 0, FILL(tasks, 1), 1)',
              returnData: true,
            },
          ],
        },
      },
    });
  }
}

/** API Gateway ends every connection after two hours. */
const LIFETIME_MINUTES = 120;

function query(
  id: string,
  metric: IMetric,
  stat: string,
): CfnScalingPolicy.TargetTrackingMetricDataQueryProperty {
  const { metricStat } = metric.toMetricConfig();
  if (metricStat === undefined) throw new Error(`${id} is an expression, not a metric`);
  return {
    id,
    returnData: false,
    metricStat: {
      stat,
      metric: {
        namespace: metricStat.namespace,
        metricName: metricStat.metricName,
        dimensions: (metricStat.dimensions ?? []).map(({ name, value }) => ({ name, value: String(value) })),
      },
    },
  };
}

/** Application Auto Scaling's name of the target that `autoScaleTaskCount` made. */
function scalableTargetId(service: FargateService): string {
  const target = service.node.findChild('TaskCount').node.findChild('Target').node.defaultChild;
  return (target as unknown as { readonly ref: string }).ref;
}
