import { type Logger } from 'pino';
import { type LoadedTemplate } from './load-template.js';

/** Logs what was loaded, what is ignored, and what the import of an OpenAPI definition leaves out. */
export function logTemplates(reports: readonly LoadedTemplate[], log: Logger): void {
  for (const { fileName, apis, ignored: resources, importWarnings } of reports) {
    const ignored = resources.map(({ type, logicalId }) => `${type} ${logicalId}`);
    log.info({ fileName, apis, ignored }, 'template loaded');
    for (const { logicalId, warning } of importWarnings) {
      log.warn({ api: logicalId, warning }, 'left out of an OpenAPI definition');
    }
  }
}
