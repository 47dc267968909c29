import { type Check } from '../subject.js';
import { httpApis } from '../template-apis.js';
import { checkCredentials } from './cors-checks.js';
import { checkHttpMappings } from './http-mapping-checks.js';
import { checkFunctionTimeout, checkPayload } from './payload-checks.js';
import { checkPreflights } from './preflight-checks.js';
import { checkPrivateIntegration } from './private-integration-checks.js';

/** Checks HTTP APIs for what AWS refuses in one place each, and for what it accepts and does not serve as meant. */
export const checkHttpApis: Check = (subject, report) => {
  for (const api of httpApis(subject)) {
    for (const integration of api.integrations) {
      checkHttpMappings(subject, integration, report);
      checkPayload(subject, integration, report);
      checkFunctionTimeout(subject, integration, report);
      checkPrivateIntegration(subject, api, integration, report);
    }
    checkCredentials(subject, api, report);
    checkPreflights(subject, api, report);
  }
};
