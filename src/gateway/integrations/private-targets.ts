/** Actual addresses of private integrations of HTTP APIs, from `--target`. */
export interface PrivateTargets {
  /**
   * The target of the next request: healthy ones in turn.
   *
   * @param uri ARN of a listener or of a Cloud Map service, stage variables filled in
   * @param vpcLinkId id of the v2 VPC link, stage variables filled in
   * @throws {IntegrationFailedError} no such link, or no target
   */
  next(uri: string, vpcLinkId: string): PrivateTarget;
}

export interface PrivateTarget {
  /** `HOST:PORT` */
  readonly address: string;
  /** Call it when the target refused the connection: it is left out for some seconds. */
  readonly failed: () => void;
}
