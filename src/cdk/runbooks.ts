/** What the alarms of the stack are for. Each has a runbook in `docs/operating.md`, which a test compares. */
export const RUNBOOKS = {
  ServerErrorsAlarm: {
    title: 'Server errors',
    summary: '5xx responses to clients or callbacks: see the access log, then the logs of the service',
  },
  IntegrationErrorsAlarm: {
    title: 'Integration errors',
    summary: 'the service failed or refused more than 5 % of all events: see its logs',
  },
  ExecutionErrorsAlarm: {
    title: 'Execution errors',
    summary: 'API Gateway could not call the service: VPC link, load balancer, security groups, timeouts',
  },
  ThrottlesAlarm: {
    title: 'Throttles',
    summary:
      '429 responses for three minutes: the account or the stage is throttled; callbacks count as well',
  },
  UnhealthyTasksAlarm: {
    title: 'Unhealthy tasks',
    summary: 'a task does not respond to /health/ready with 200: the store may be unreachable',
  },
  TooFewTasksAlarm: {
    title: 'Too few tasks',
    summary: 'fewer healthy tasks than minTasks for ten minutes, or no data',
  },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly summary: string }>>;

export type AlarmName = keyof typeof RUNBOOKS;

/**
 * The address of an alarm's runbook.
 *
 * @param document URL of `docs/operating.md`, or its path in the repository
 */
export const runbookLink = (document: string, alarm: AlarmName): string =>
  `${document}#${RUNBOOKS[alarm].title.toLowerCase().replaceAll(' ', '-')}`;
