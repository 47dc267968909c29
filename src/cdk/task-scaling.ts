import { Duration } from 'aws-cdk-lib';
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { type IMetric, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type FargateService } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { QUOTAS } from '../api/quotas.js';

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
 * Scales the tasks by CPU and by connections; the larger number wins.
 *
 * No metric counts open connections: API Gateway counts only connects, and the load balancer's flows are those of API
 * Gateway. But each connection is closed after two hours at the latest, so that N open connections cause at least N /
 * 120 `ConnectCount` a minute. Shorter connections count more, and also cost more.
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
    // the construct library's policy takes no metric expression
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
              label: 'connects per minute and task',
              expression: 'FILL(connects, 0) / IF(FILL(tasks, 1) > 0, FILL(tasks, 1), 1)',
              returnData: true,
            },
          ],
        },
      },
    });
  }
}

const LIFETIME_MINUTES = QUOTAS.connectionMs / 60_000;

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

/** Application Auto Scaling's id of the target that `autoScaleTaskCount` has created. */
function scalableTargetId(service: FargateService): string {
  const target = service.node.findChild('TaskCount').node.findChild('Target').node.defaultChild;
  return (target as unknown as { readonly ref: string }).ref;
}
