import { escapeControls } from '../escape-controls.js';
import { LIMITS } from '../limits.js';

import { type ChoiceTable } from './choice-table.js';

/** Burst of new connections: not documented; the quota "500 per second" allows this much in a single second. */
export const newConnectionBurst = (newConnectionsPerSecond: number) => newConnectionsPerSecond;

/** Limits of a route whose settings have only one of rate and burst: the account's default for the other. */
export const DEFAULT_ROUTE_LIMITS = { rate: LIMITS.requestsPerSecond, burst: LIMITS.requestBurst } as const;

/** A variable without a value in an access log: an empty text would leave a gap between columns. */
export const MISSING_LOG_VALUE = '-';

/** A value in an access log, escaped as in JSON: a client could otherwise write lines of its own. */
export const escapeLogValue = (value: string) => escapeControls(JSON.stringify(value)).slice(1, -1);

/** Choices about throttling and access logs, where AWS is silent or contradicts itself. */
export const TRAFFIC_CHOICES: ChoiceTable = {
  title: 'Throttles and access logs',
  rows: [
    { question: 'burst of new connections', choice: '500', because: 'not documented' },
    {
      question: 'throttling of `DefaultRouteSettings`',
      choice: 'each route has a bucket of its own; `@connections` counts towards the account only',
      where: 'throttle.ts',
    },
    {
      question: 'only one of `ThrottlingRateLimit` and `ThrottlingBurstLimit`',
      choice: `the default of the account for the other: ${DEFAULT_ROUTE_LIMITS.rate} a second, a burst of ${DEFAULT_ROUTE_LIMITS.burst}`,
      because: 'users report that CloudFormation then sets 0, which no page says',
      where: 'throttle.ts',
    },
    {
      question: 'quotes and line breaks in access-log values; an empty value',
      choice: 'escaped as in JSON; `-`',
      because: 'otherwise a client could write lines of its own',
    },
    {
      question: '`error.responseType`, `waf.*`, `authorizer.requestId`, `integration.*` in access logs',
      choice: '`-`',
      because: 'AWS was seen to leave `integration.*` empty',
    },
    {
      question: '`authorizer.status` of a function whose policy denies; of one that fails',
      choice: '200; 500, or 401 for `Unauthorized`',
      because: '"returned from an authorizer"',
    },
    {
      question: '`authenticate.*`, `authorize.*` in access logs',
      choice: 'those of `AWS_IAM`: whether the signature is valid, whether the policy allows; no latencies',
      because: 'both are decided at once',
    },
  ],
};
