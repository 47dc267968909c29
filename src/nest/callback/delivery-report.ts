/** The result of a message to many recipients. `recipients` is the sum of the other counts. */
export interface DeliveryReport {
  readonly recipients: number;
  readonly delivered: number;
  readonly gone: number;
  /** Still throttled in the last attempt. */
  readonly throttled: number;
  readonly failed: number;
  /** The first error of those that were throttled or failed; in an outage all are alike. */
  readonly firstFailure?: unknown;
}
