import { type LambdaHandler } from '../lambda/function-source.js';

/** The options of `startGateway`. All are optional. */
export interface StartGatewayOptions {
  /**
   * CloudFormation templates to serve, or what `terraform show -json` prints, in the order of loading. Without a
   * template there are no APIs until the control plane creates one.
   */
  readonly template?: TemplateSource | readonly TemplateSource[];
  /** Parameters of the templates, exports of other stacks, and values of `{{resolve:…}}`. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Actual addresses of load balancers, listeners and Cloud Map services, by name, ARN or logical id. Several for one are
   * used in turn.
   */
  readonly targets?: Readonly<Record<string, Target | readonly Target[]>>;
  /**
   * Lambda functions by name or ARN: a file (`FILE#EXPORT`), a command that speaks Lambda's runtime API, the URL of an
   * Invoke endpoint, or a function.
   */
  readonly functions?: Readonly<Record<string, string | UrlObject | LambdaHandler>>;
  /** Endpoints of AWS services for `AWS` integrations, such as `{ sqs: 'http://127.0.0.1:9324' }`. */
  readonly endpoints?: Readonly<Record<string, string | UrlObject>>;
  /** Where the issuers of JWT authorizers run here: `{ 'https://login.example.com': 'http://127.0.0.1:9000' }`. */
  readonly issuers?: Readonly<Record<string, string | UrlObject>>;
  /** By default any free port. */
  readonly port?: number;
  /** Address to listen on; by default `127.0.0.1`. */
  readonly host?: string;
  /** By default `us-east-1`. */
  readonly region?: string;
  /** Whether requests to `@connections` must be signed; by default `off`. */
  readonly auth?: 'off' | 'sigv4';
  /** Who may sign, by access key id; by default the key in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. */
  readonly credentials?: Readonly<Record<string, Credentials>>;
  /** What signers may do: an IAM policy, or ARN → policy. By default everything. */
  readonly policy?: object;
  /** Token for commands by HTTP, or `off`; by default generated if `host` is not loopback. */
  readonly adminToken?: string;
  /** Certificate and key in PEM, for HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Adjusted quotas of the account. */
  readonly quotas?: {
    readonly requestsPerSecond?: number;
    readonly requestBurst?: number;
    readonly newConnectionsPerSecond?: number;
  };
  /** Memory for events, such as `64mb`, or `off`; by default `32mb`. */
  readonly record?: string;
  /** Whether events show tokens and other secrets; by default they are masked. */
  readonly recordSecrets?: boolean;
  /** Level of the log, which is written to standard output; by default `silent`. */
  readonly logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Receives the lines of access logs; by default they are dropped. */
  readonly accessLog?: (line: string) => void;
}

/** A file, the text of a template (it has several lines, or begins with a brace), or the template as an object. */
export type TemplateSource =
  string | UrlObject | { readonly Resources: object; readonly [section: string]: unknown };

/**
 * `HOST:PORT`, `HOST`, a URL, or a server that listens, such as `http.createServer(…).listen(0)`; for a Cloud Map
 * service also with the attributes of an instance.
 */
export type Target = Address | TargetInstance;

type Address = string | UrlObject | ListeningServer;

export interface TargetInstance {
  readonly address: Address;
  /** Only requests of integrations whose URI has no filters, or filters with these values, are sent to it. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A `URL`. */
export interface UrlObject {
  readonly href: string;
  readonly protocol: string;
}

/** A server of `node:http` or `node:net` that listens. */
export interface ListeningServer {
  address(): string | { readonly address: string; readonly port: number } | null;
}

export interface Credentials {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Twelve digits. */
  readonly accountId?: string;
  readonly arn?: string;
  readonly userId?: string;
}
