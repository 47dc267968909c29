import { Aws, Duration, Validations } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  type Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type IKey } from 'aws-cdk-lib/aws-kms';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type ApiStage } from './api-stage.js';
import { StackDashboard } from './dashboard.js';
import { type LoadBalancer } from './load-balancer.js';
import { type AlarmName, runbookLink, RUNBOOKS } from './runbooks.js';
import { type Service } from './service.js';

export interface ObservabilityProps {
  readonly stage: ApiStage;
  readonly loadBalancer: LoadBalancer;
  readonly service: Service;
  readonly minTasks: number;
  /** URL or path of the document with the runbooks. */
  readonly runbooks: string;
  readonly alarmEmail: string | undefined;
  readonly alarmTopicArn: string | undefined;
  readonly encryptionKey: IKey | undefined;
}

/** Alarms and the dashboard. */
export class Observability extends Construct {
  readonly #props: ObservabilityProps;
  readonly #topic: ITopic | undefined;
  /** Those that were created. */
  readonly #alarms: AlarmName[] = [];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#props = props;
    this.#topic = this.#alarmTopic(props);
    const { stage, loadBalancer, service } = props;
    const { targetGroup } = loadBalancer;
    const everyMinute = { statistic: 'Maximum', period: Duration.minutes(1) };
    const unhealthyTasks = targetGroup.metrics.unHealthyHostCount(everyMinute);
    const healthyTasks = targetGroup.metrics.healthyHostCount(everyMinute);
    const integrationErrors = this.#integrationErrors();
    const { serverErrors, throttles } = this.#logged();

    if (serverErrors && throttles) {
      const everyFiveMinutes = serverErrors.with({ period: Duration.minutes(5) });
      this.#alarm('ServerErrorsAlarm', everyFiveMinutes, { above: 5, periods: 2 });
      this.#alarm('ThrottlesAlarm', throttles, { above: 0, periods: 3 });
    }
    this.#alarm('IntegrationErrorsAlarm', integrationErrors, { above: 5, periods: 3 });
    this.#alarm('ExecutionErrorsAlarm', this.#everyFiveMinutes('ExecutionError'), { above: 5, periods: 2 });
    this.#alarm('UnhealthyTasksAlarm', unhealthyTasks, { above: 0, periods: 5 });
    this.#alarm('TooFewTasksAlarm', healthyTasks, { below: props.minTasks, periods: 10 });
    new StackDashboard(this, 'Dashboard', {
      stage,
      service,
      alarms: this.#alarms,
      runbooks: props.runbooks,
      metrics: { serverErrors, throttles, integrationErrors, healthyTasks, unhealthyTasks },
    });
  }

  /** A percentage, because API Gateway also counts 4xx of the service, such as refused tokens, as IntegrationError. */
  #integrationErrors(): MathExpression {
    return new MathExpression({
      expression: '100 * errors / IF(events > 0, events, 1)',
      usingMetrics: {
        errors: this.#everyFiveMinutes('IntegrationError'),
        events: new MathExpression({
          expression: 'FILL(connects, 0) + FILL(messages, 0)',
          usingMetrics: {
            connects: this.#everyFiveMinutes('ConnectCount'),
            messages: this.#everyFiveMinutes('MessageCount'),
          },
          period: Duration.minutes(5),
        }),
      },
      period: Duration.minutes(5),
      label: 'integration errors, % of events',
    });
  }

  #everyFiveMinutes(name: string): Metric {
    return this.#props.stage.metric(name).with({ period: Duration.minutes(5) });
  }

  /** Lines of the access log per minute. Callbacks are in it, but in no metric of API Gateway. */
  #logged(): { readonly serverErrors?: Metric; readonly throttles?: Metric } {
    const { accessLogs } = this.#props.stage;
    if (accessLogs === undefined) return {};
    const metric = (metricName: string, status: string) =>
      accessLogs
        .addMetricFilter(metricName, {
          filterPattern: FilterPattern.stringValue('$.status', '=', status),
          metricNamespace: `Backchannel/${Aws.STACK_NAME}`,
          metricName,
          metricValue: '1',
        })
        .metric({ statistic: 'Sum', period: Duration.minutes(1), label: metricName });
    return { serverErrors: metric('ServerErrors', '5*'), throttles: metric('Throttles', '429') };
  }

  #alarm(name: AlarmName, metric: IMetric, { periods, above, below }: Threshold): void {
    const alarm = new Alarm(this, name, {
      alarmDescription: `${RUNBOOKS[name].summary}. Runbook: ${runbookLink(this.#props.runbooks, name)}`,
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
    this.#alarms.push(name);
    if (this.#topic) {
      alarm.addAlarmAction(new SnsAction(this.#topic));
      alarm.addOkAction(new SnsAction(this.#topic));
    }
  }

  #alarmTopic({ alarmEmail, alarmTopicArn, encryptionKey }: ObservabilityProps): ITopic | undefined {
    if (alarmTopicArn !== undefined) return Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    if (alarmEmail === undefined) return undefined;
    const topic = new Topic(this, 'Topic', {
      displayName: 'Backchannel',
      enforceSSL: true,
      ...(encryptionKey && { masterKey: encryptionKey }),
    });
    const subscription = topic.addSubscription(new EmailSubscription(alarmEmail));
    Validations.of(subscription).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'E-mail: a mail server queues what it cannot deliver, and no program reads a dead-letter queue.',
    });
    return topic;
  }
}

type Threshold = { readonly periods: number } & (
  { readonly above: number; readonly below?: never } | { readonly below: number; readonly above?: never }
);
