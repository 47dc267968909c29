import { LIMITS } from '../../limits.js';
import { flag, integer, mapOf, number, oneOf, structure, text } from './field-kinds.js';
import { type Complete, type Stored, type Values } from './fields.js';
import { TAGS } from './shared-fields.js';

export const ROUTE_SETTINGS = {
  DataTraceEnabled: flag(),
  DetailedMetricsEnabled: flag(),
  LoggingLevel: oneOf(['ERROR', 'INFO', 'OFF'] as const),
  ThrottlingBurstLimit: integer(0, 2 ** 31 - 1),
  ThrottlingRateLimit: number(0),
};

export const ACCESS_LOG_SETTINGS = {
  /** A log group or delivery stream. The gateway writes to standard output, whatever the ARN. */
  DestinationArn: text({}),
  Format: text({ max: LIMITS.accessLogFormatCharacters }),
};

/** The fields of a stage that an update can change. */
export const STAGE_SETTINGS = {
  DeploymentId: text({ min: 1 }),
  AutoDeploy: flag(),
  Description: text({ max: 1024 }),
  StageVariables: mapOf(
    text({
      max: 2048,
      pattern: /^[A-Za-z0-9\-._~:/?#&=,]*$/,
      form: 'at most 2048 characters of [A-Za-z0-9-._~:/?#&=,]',
    }),
  ),
  DefaultRouteSettings: structure(ROUTE_SETTINGS),
  /** By route key. */
  RouteSettings: mapOf(structure(ROUTE_SETTINGS)),
  /** Where and in which form each event is logged. */
  AccessLogSettings: structure(ACCESS_LOG_SETTINGS),
  /** The certificate shown to an https integration; stored and returned, without effect. */
  ClientCertificateId: text({}),
};

export const STAGE_FIELDS = {
  ...STAGE_SETTINGS,
  // the stage $default is one of HTTP APIs
  StageName: text({
    pattern: /^[A-Za-z0-9_-]{1,128}$/,
    form: '1 to 128 letters, digits, hyphens and underscores',
  }),
  Tags: TAGS,
};

export type Stage = Stored<
  typeof STAGE_FIELDS,
  'StageName' | 'StageVariables' | 'DefaultRouteSettings' | 'RouteSettings' | 'Tags'
> & {
  readonly AccessLogSettings?: AccessLogSettings;
  /** Only of the stage that was created with its HTTP API. */
  readonly ApiGatewayManaged?: true;
  /** Result of the last automatic deployment; only with `AutoDeploy`. */
  readonly LastDeploymentStatusMessage?: string;
  /** ISO 8601, in whole seconds; so is the next. */
  readonly CreatedDate: string;
  readonly LastUpdatedDate: string;
};

export type RouteSettings = Values<typeof ROUTE_SETTINGS>;

export type AccessLogSettings = Complete<typeof ACCESS_LOG_SETTINGS>;
