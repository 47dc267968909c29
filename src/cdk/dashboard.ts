import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, LogQueryWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { type ApiStage } from './api-stage.js';
import { type AlarmName, runbookLink, RUNBOOKS } from './runbooks.js';
import { type Service } from './service.js';

export interface StackDashboardProps {
  readonly stage: ApiStage;
  readonly service: Service;
  readonly alarms: readonly AlarmName[];
  /** URL or path of the document with the runbooks. */
  readonly runbooks: string;
  readonly metrics: {
    /** These two only with the access log. */
    readonly serverErrors?: IMetric | undefined;
    readonly throttles?: IMetric | undefined;
    readonly integrationErrors: IMetric;
    readonly healthyTasks: IMetric;
    readonly unhealthyTasks: IMetric;
  };
}

/** The CloudWatch dashboard: runbooks, traffic, errors, latency, and tasks. */
export class StackDashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, service, alarms, runbooks, metrics }: StackDashboardProps,
  ) {
    super(scope, id);
    const tasks = service.service;
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 8 });
    const latencies = ['p50', 'p99'].map((statistic) =>
      stage.metric('IntegrationLatency', statistic).with({ label: statistic }),
    );
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [new TextWidget({ markdown: runbookList(alarms, runbooks), width: 24, height: 2 })],
        [
          graph(
            'Connections opened, messages in both directions',
            [stage.metric('ConnectCount')],
            [stage.metric('MessageCount')],
          ),
          graph('Latency of the service, ms', latencies),
          graph('Tasks', [metrics.healthyTasks, metrics.unhealthyTasks]),
        ],
        [
          graph('Errors', [
            ...(metrics.serverErrors ? [metrics.serverErrors] : []),
            stage.metric('ExecutionError'),
            stage.metric('ClientError'),
          ]),
          graph('Integration errors, % of events', [metrics.integrationErrors]),
          ...(metrics.throttles ? [graph('429', [metrics.throttles])] : []),
        ],
        [
          graph('CPU and memory, %', [tasks.metricCpuUtilization(), tasks.metricMemoryUtilization()]),
          new LogQueryWidget({
            title: 'Warnings and errors of the service',
            logGroupNames: [service.logGroup.logGroupName],
            queryLines: [
              'fields @timestamp, msg, err.message',
              "filter level in ['warn', 'error', 'fatal']",
              'sort @timestamp desc',
              'limit 50',
            ],
            width: 16,
          }),
        ],
      ],
    });
  }
}

const runbookList = (alarms: readonly AlarmName[], document: string): string => {
  const links = alarms.map((name) => `[${RUNBOOKS[name].title}](${runbookLink(document, name)})`);
  return `Runbooks of the alarms: ${links.join(' · ')}`;
};
