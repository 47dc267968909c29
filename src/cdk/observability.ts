import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, type IFilterPattern } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type ApiStage } from './api-stage.js';
import { StackDashboard } from './dashboard.js';
import { type LoadBalancer } from './load-balancer.js';
import { type Service } from './service.js';

export interface ObservabilityProps {
  readonly stage: ApiStage;
  readonly loadBalancer: LoadBalancer;
  readonly service: Service;
  readonly minTasks: number;
  readonly alarmEmail: string | undefined;
  readonly alarmTopicArn: string | undefined;
}

/** Alarms and the dashboard. */
export class Observability extends Construct {
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#topic = this.#alarmTopic(props);
    const { stage, loadBalancer, service } = props;
    const byFiveMinutes = (name: string) => stage.metric(name).with({ period: Duration.minutes(5) });
    // as a percentage, because API Gateway also counts 4xx of the service, such as refused tokens, as IntegrationError
    const integrationErrors = new MathExpression({
      expression: '100 * errors / IF(events > 0, events, 1)',
      usingMetrics: {
        errors: byFiveMinutes('IntegrationError'),
        events: new MathExpression({
          expression: 'FILL(connects, 0) + FILL(messages, 0)',
          usingMetrics: { connects: byFiveMinutes('ConnectCount'), messages: byFiveMinutes('MessageCount') },
          period: Duration.minutes(5),
        }),
      },
      period: Duration.minutes(5),
      label: 'integration errors, % of events',
    });
    // callbacks are in the access log but in no metric of API Gateway
    const serverErrors = this.#logged(
      props,
      'ServerErrors',
      FilterPattern.stringValue('$.status', '=', '5*'),
    );
    const throttles = this.#logged(props, 'Throttles', FilterPattern.stringValue('$.status', '=', '429'));
    const { targetGroup } = loadBalancer;
    const unhealthyTasks = targetGroup.metrics.unHealthyHostCount({
      statistic: 'Maximum',
      period: Duration.minutes(1),
    });
    const healthyTasks = targetGroup.metrics.healthyHostCount({
      statistic: 'Maximum',
      period: Duration.minutes(1),
    });

    this.#alarm('ServerErrorsAlarm', serverErrors.with({ period: Duration.minutes(5) }), {
      description: '5xx responses to clients or callbacks. See the access log, then the logs of the service.',
      above: 5,
      periods: 2,
    });
    this.#alarm('IntegrationErrorsAlarm', integrationErrors, {
      description: 'The service failed or refused more than 5 % of all events. See its logs.',
      above: 5,
      periods: 3,
    });
    this.#alarm('ExecutionErrorsAlarm', byFiveMinutes('ExecutionError'), {
      description:
        'API Gateway could not call the service: VPC link, load balancer, security groups, timeouts.',
      above: 5,
      periods: 2,
    });
    this.#alarm('ThrottlesAlarm', throttles, {
      description:
        '429 responses for three minutes: the account or the stage is throttled. Callbacks count as well.',
      above: 0,
      periods: 3,
    });
    this.#alarm('UnhealthyTasksAlarm', unhealthyTasks, {
      description: 'A task does not respond to /health/ready with 200. The store may be unreachable.',
      above: 0,
      periods: 5,
    });
    this.#alarm('TooFewTasksAlarm', healthyTasks, {
      description: 'Fewer healthy tasks than minTasks for ten minutes, or no data.',
      below: props.minTasks,
      periods: 10,
    });
    new StackDashboard(this, 'Dashboard', {
      stage,
      service,
      metrics: { serverErrors, throttles, integrationErrors, healthyTasks, unhealthyTasks },
    });
  }

  /** The number of matching lines of the access log per minute. */
  #logged({ stage }: ObservabilityProps, name: string, filterPattern: IFilterPattern): Metric {
    const filter = stage.accessLogs.addMetricFilter(name, {
      filterPattern,
      metricNamespace: `Backchannel/${Aws.STACK_NAME}`,
      metricName: name,
      metricValue: '1',
    });
    return filter.metric({ statistic: 'Sum', period: Duration.minutes(1), label: name });
  }

  #alarm(
    id: string,
    metric: IMetric,
    { description, periods, above, below }: Threshold & { description: string; periods: number },
  ): void {
    const alarm = new Alarm(this, id, {
      alarmDescription: description,
      metric,
      threshold: above ?? below,
      comparisonOperator:
        above === undefined
          ? ComparisonOperator.LESS_THAN_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      // missing data means no traffic, but for healthy tasks it means none
      treatMissingData: above === undefined ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (this.#topic) {
      alarm.addAlarmAction(new SnsAction(this.#topic));
      alarm.addOkAction(new SnsAction(this.#topic));
    }
  }

  #alarmTopic({ alarmEmail, alarmTopicArn }: ObservabilityProps): ITopic | undefined {
    if (alarmTopicArn !== undefined) return Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    if (alarmEmail === undefined) return undefined;
    const topic = new Topic(this, 'Topic', { displayName: 'Backchannel' });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }
}

type Threshold =
  { readonly above: number; readonly below?: never } | { readonly below: number; readonly above?: never };
