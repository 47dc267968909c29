import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { type AwsClients } from './clients.js';
import { allPages } from './pages.js';
import { read } from './read.js';

export interface Alarm {
  readonly name: string;
  readonly state: string;
  /** Whether it notifies anything. */
  readonly hasActions: boolean;
  /** Of its expressions too. */
  readonly metrics: readonly AlarmMetric[];
}

export interface AlarmMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A call that changed something of API Gateway. */
export interface Change {
  readonly name: string;
  readonly at: Date;
  readonly by: string;
  /** Such as the integration's id. */
  readonly resource: string | undefined;
}

export const readAlarms = ({ cloudWatch }: AwsClients): Promise<readonly Alarm[]> =>
  read('cloudwatch:DescribeAlarms', async () => {
    const alarms = await allPages(async (NextToken) => {
      const input = { AlarmTypes: ['MetricAlarm' as const], MaxRecords: 100, NextToken };
      const page = await cloudWatch.send(new DescribeAlarmsCommand(input));
      return { items: page.MetricAlarms, next: page.NextToken };
    });
    return alarms.map((alarm) => ({
      name: alarm.AlarmName ?? '',
      state: alarm.StateValue ?? '',
      hasActions: alarm.ActionsEnabled === true && (alarm.AlarmActions ?? []).length > 0,
      metrics: metricsOf(alarm),
    }));
  });

function metricsOf(alarm: MetricAlarm): readonly AlarmMetric[] {
  const parts = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  return [alarm, ...parts]
    .filter(({ MetricName }) => MetricName !== undefined)
    .map(({ Namespace = '', MetricName = '', Dimensions = [] }) => ({
      namespace: Namespace,
      name: MetricName,
      dimensions: Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value])),
    }));
}

/** One value of a metric of the stage over the last 24 hours; `undefined` without data. */
export const readDay = (
  { cloudWatch }: AwsClients,
  { apiId, stageName }: { readonly apiId: string; readonly stageName: string },
  metric: string,
  statistic: 'Sum' | 'Maximum',
): Promise<number | undefined> =>
  read('cloudwatch:GetMetricStatistics', async () => {
    const now = Date.now();
    const { Datapoints = [] } = await cloudWatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/ApiGateway',
        MetricName: metric,
        Dimensions: [
          { Name: 'ApiId', Value: apiId },
          { Name: 'Stage', Value: stageName },
        ],
        StartTime: new Date(now - 24 * 3_600_000),
        EndTime: new Date(now),
        Period: 24 * 3_600,
        Statistics: [statistic],
      }),
    );
    // a period that is not aligned gives two points
    const values = Datapoints.flatMap((point) => point[statistic] ?? []);
    if (values.length === 0) return undefined;
    return statistic === 'Sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  });

/** CloudTrail allows two calls a second and gives 50 events with each. */
const MOST_PAGES = 20;

/**
 * The changes of an API since then, oldest first, from the 90 days that CloudTrail keeps.
 *
 * @returns also whether only the newest part of the time could be searched
 */
export const readChanges = (
  { cloudTrail }: AwsClients,
  apiId: string,
  since: Date,
): Promise<{ readonly changes: readonly Change[]; readonly isCut: boolean }> =>
  read('cloudtrail:LookupEvents', async () => {
    const changes: Change[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const page = await cloudTrail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue: 'apigateway.amazonaws.com' }],
          StartTime: since,
          NextToken: token,
        }),
      );
      for (const { EventName: name = '', EventTime: at, Username: by = '', CloudTrailEvent } of page.Events ??
        []) {
        if (!CHANGE.test(name) || at === undefined || at <= since) continue;
        const parameters = parametersOf(CloudTrailEvent);
        if (parameters['apiId'] !== apiId) continue;
        const resource = parameters['integrationId'] ?? parameters['routeId'] ?? parameters['authorizerId'];
        changes.push({ name, at, by, resource });
      }
      token = page.NextToken;
      pages += 1;
    } while (token !== undefined && pages < MOST_PAGES);
    return {
      changes: changes.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
      isCut: token !== undefined,
    };
  });

/** Changes that take effect only with the next deployment. */
const CHANGE =
  /^(Create|Update|Delete|Import|Reimport)(Api|Route|RouteResponse|RouteRequestParameter|Integration|IntegrationResponse|Authorizer|Model)$/;

/** An event that refused the call has no parameters. */
function parametersOf(event: string | undefined): Readonly<Record<string, string>> {
  const { requestParameters, errorCode } = JSON.parse(event ?? '{}') as {
    readonly requestParameters?: Readonly<Record<string, string>> | null;
    readonly errorCode?: string;
  };
  return errorCode === undefined ? (requestParameters ?? {}) : {};
}
