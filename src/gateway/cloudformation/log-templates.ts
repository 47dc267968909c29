import { type Logger } from 'pino';
import { type ControlPlane } from '../control/control-plane.js';
import { unservedRoutes } from '../control/http/unserved-routes.js';
import { type TemplateReport } from './loaded-templates.js';

/** Logs what was loaded, and all that is not served as it is written: better known before the first request. */
export function logTemplates(
  reports: readonly TemplateReport[],
  control: Pick<ControlPlane, 'httpStage'>,
  log: Logger,
): void {
  for (const { fileName, apis, ignored: resources, importWarnings } of reports) {
    const ignored = resources.map(({ type, logicalId }) => `${type} ${logicalId}`);
    log.info({ fileName, apis, ignored }, 'template loaded');
    for (const { logicalId, warning } of importWarnings) {
      log.warn({ api: logicalId, warning }, 'left out of an OpenAPI definition');
    }
    for (const { logicalId, apiId, stages } of apis) {
      const snapshots = new Set(stages.map((stage) => control.httpStage(apiId, stage)?.snapshot));
      const unserved = [...snapshots].flatMap((snapshot) => (snapshot ? unservedRoutes(snapshot) : []));
      // a route that is deployed to several stages is named once
      for (const [routeKey, reason] of new Map(unserved.map((route) => [route.routeKey, route.reason]))) {
        log.warn({ api: logicalId, routeKey, reason }, 'route not served');
      }
    }
  }
}
