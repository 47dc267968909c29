import { NEVER_IDENTITIES } from '../../control/fields/authorizer-fields.js';
import { type Check } from './subject.js';

/** Finds identity sources with which every handshake is refused. */
export const checkAuthorizers: Check = (subject, report) => {
  for (const resource of subject.resources('AWS::ApiGatewayV2::Authorizer')) {
    const sources = subject.selectedBranch(resource.properties.get('IdentitySource')?.value);
    if (sources?.kind !== 'list') continue;
    for (const item of sources.items) {
      const source = subject.value(item);
      if (typeof source !== 'string' || !NEVER_IDENTITIES.includes(source)) continue;
      report('identity-source', item.at, `${resource.logicalId}: ${source} never counts as present`);
    }
  }
};
