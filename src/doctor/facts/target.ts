import { type Caller } from '../aws/identity.js';

/** What is checked, and by whom. */
export interface Target {
  readonly apiId: string;
  readonly stageName: string;
  readonly region: string;
  readonly caller: Caller;
  /** Of `--clients`: for how many clients quotas are judged. */
  readonly clients: number;
  /** Of `--service-url`: the backend, as this machine reaches it. */
  readonly serviceUrl: URL | undefined;
  /** Of `--role`: who posts to `@connections`, if it is not an ECS task. */
  readonly roleArn: string | undefined;
}

/** `amazonaws.com`, or the suffix of AWS in China. */
export const dnsSuffix = (partition: string): string =>
  partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
