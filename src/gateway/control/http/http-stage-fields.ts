import { LIMITS } from '../../limits.js';
import { badRequest } from '../control-error.js';
import { mapOf, structure, text, webSocketApisOnly } from '../fields/field-kinds.js';
import { type Field } from '../fields/fields.js';
import { ACCESS_LOG_SETTINGS, ROUTE_SETTINGS, STAGE_FIELDS, STAGE_SETTINGS } from '../fields/stage-fields.js';

const HTTP_ROUTE_SETTINGS = {
  ...ROUTE_SETTINGS,
  DataTraceEnabled: executionLog(),
  LoggingLevel: executionLog(),
};

/** The fields of an HTTP API's stage that an update can change. */
export const HTTP_STAGE_SETTINGS = {
  ...STAGE_SETTINGS,
  DefaultRouteSettings: structure(HTTP_ROUTE_SETTINGS),
  /** By route key, such as `GET /books`. */
  RouteSettings: mapOf(structure(HTTP_ROUTE_SETTINGS)),
  // H14.08
  AccessLogSettings: structure({
    ...ACCESS_LOG_SETTINGS,
    Format: text({ max: LIMITS.httpAccessLogFormatLength }),
  }),
  // H11.07, H14.12
  StageVariables: mapOf(
    text({
      max: LIMITS.stageVariableValueLength,
      pattern: /^[A-Za-z0-9\-._~:/?#&=,]*$/,
      form: `at most ${LIMITS.stageVariableValueLength} characters of [A-Za-z0-9-._~:/?#&=,]`,
    }),
  ),
  ClientCertificateId: webSocketApisOnly(),
};

export const HTTP_STAGE_FIELDS = {
  ...STAGE_FIELDS,
  ...HTTP_STAGE_SETTINGS,
  // H11.04
  StageName: text({
    pattern: /^(\$default|[A-Za-z0-9_-]{1,128})$/,
    form: '$default, or 1 to 128 letters, digits, hyphens and underscores',
  }),
};

/** HTTP APIs have no execution logs (H11.10). */
function executionLog(): Field<never> {
  return {
    read() {
      // AWS's text
      throw badRequest('Execution logs are not supported on protocolType HTTP');
    },
    write: (value) => value,
  };
}
