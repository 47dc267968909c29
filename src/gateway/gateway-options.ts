import { type Logger } from 'pino';
import { type TemplateFile } from './cloudformation/template-file.js';
import { type IamSettings } from './iam/iam-settings.js';
import { type AwsServices } from './integrations/call-aws.js';
import { type Targets } from './integrations/target-pool.js';
import { type FunctionSource } from './lambda/function-source.js';
import { type AccountLimits } from './throttle.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Appears only in names that the control plane returns. */
  readonly region: string;
  /** Twelve digits; appears only in names. */
  readonly accountId: string;
  /** The API that a request addresses when neither its `Host` nor its path names one. */
  readonly defaultApi?: string | undefined;
  /** CloudFormation templates to load at the start, in this order. */
  readonly templates?: readonly TemplateFile[] | undefined;
  readonly parameters?: ReadonlyMap<string, string> | undefined;
  readonly targets: Targets;
  /** Lambda functions by name or ARN; none by default. */
  readonly functions?: ReadonlyMap<string, FunctionSource> | undefined;
  /** Issuer of a JWT authorizer → the URL that is used in its place; by default the issuer's own. */
  readonly issuers?: ReadonlyMap<string, string> | undefined;
  /** Endpoints and credentials of `AWS` integrations; none by default. */
  readonly services?: AwsServices | undefined;
  /** By default no signatures are required. */
  readonly iam?: IamSettings | undefined;
  /** Certificate and key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Host names that may command the gateway, besides those that no one else can point at this machine. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of web pages that may command the gateway. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Token for commands, or `off`. By default it is generated when `host` is not loopback. */
  readonly adminToken?: string | undefined;
  readonly log: Logger;
  /** Adjusted quotas of the account; AWS's defaults otherwise. */
  readonly quotas?: Partial<AccountLimits> | undefined;
  /** Receives the lines of access logs; standard output by default. */
  readonly accessLog?: ((line: string) => void) | undefined;
  /** Memory for records in bytes, or `off`. By default recording begins with the first reader. */
  readonly record?: number | 'off' | undefined;
  /** Whether records show secrets; by default they are masked. */
  readonly recordSecrets?: boolean | undefined;
}

/** The options that a running gateway can change. */
export interface ReloadableSettings extends Pick<
  GatewayOptions,
  'templates' | 'parameters' | 'targets' | 'functions' | 'issuers'
> {
  /** AWS service → its endpoint. */
  readonly endpoints?: AwsServices['endpoints'] | undefined;
}
