import { NEVER_IDENTITIES } from '../../control/fields/authorizer-fields.js';
import { isIssuer } from '../../silent/http-control-choices.js';
import { type Resource } from '../template.js';
import { type Check, type Report, type Subject } from './subject.js';

/** Finds identity sources with which every handshake is refused, and issuers that only this gateway accepts. */
export const checkAuthorizers: Check = (subject, report) => {
  for (const resource of subject.resources('AWS::ApiGatewayV2::Authorizer')) {
    checkIdentitySources(subject, resource, report);
    checkIssuer(subject, resource, report);
  }
};

function checkIdentitySources(subject: Subject, resource: Resource, report: Report): void {
  const sources = subject.selectedBranch(resource.properties.get('IdentitySource')?.value);
  if (sources?.kind !== 'list') return;
  for (const item of sources.items) {
    const source = subject.value(item);
    if (typeof source !== 'string' || !NEVER_IDENTITIES.includes(source)) continue;
    report('identity-source', item.at, `${resource.logicalId}: ${source} never counts as present`);
  }
}

/** H9.14: the gateway accepts an issuer with plain http on this machine, API Gateway none. */
function checkIssuer(subject: Subject, resource: Resource, report: Report): void {
  const configuration = subject.value(resource.properties.get('JwtConfiguration')?.value) ?? {};
  const { Issuer: issuer } = configuration as { readonly Issuer?: unknown };
  // others are refused here, too
  if (typeof issuer !== 'string' || !issuer.startsWith('http://') || !isIssuer(issuer)) return;
  report(
    'refused',
    subject.at(resource, 'JwtConfiguration'),
    `${resource.logicalId}: the issuer ${issuer} does not begin with https://`,
    { fix: `write the issuer's https URL, and run the gateway with --issuer ISSUER=${issuer}` },
  );
}
