/** What templates declare about the targets of private integrations. */
export interface DeclaredTargets {
  /** Of load balancers, listeners and Cloud Map services. */
  readonly arns: readonly string[];
  /**
   * ARN → port of a listener, or of the SRV records of a Cloud Map service. Absent for a service with A records, or in
   * which ECS services register with different ports.
   */
  readonly ports: ReadonlyMap<string, string>;
  readonly instances: readonly ServiceInstance[];
}

/** An instance that a template registers with a Cloud Map service: `AWS::ServiceDiscovery::Instance`. */
export interface ServiceInstance {
  readonly serviceArn: string;
  /** By which `--target` can name it: its logical id and its id. */
  readonly names: readonly string[];
  /** `AWS_INSTANCE_PORT` */
  readonly port: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}

export const NOTHING_DECLARED: DeclaredTargets = { arns: [], ports: new Map(), instances: [] };
