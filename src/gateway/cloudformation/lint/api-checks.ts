import { creatorOf } from '../resource-types.js';
import { unservedApi } from '../unserved-apis.js';
import { type Check } from './subject.js';
import { httpApis, webSocketApis } from './template-apis.js';

/** Reports a template in which there is nothing that the gateway serves, and the reason. */
export const checkApis: Check = (subject, report) => {
  const { resources, document } = subject.template;
  const created = new Set(subject.resources());
  const isServed = webSocketApis(subject).length > 0 || httpApis(subject).length > 0;
  const unserved = [...resources.values()]
    .filter(({ type }) => !isServed || SAM_APIS.includes(type))
    .flatMap((resource) => unservedApi(resource, created.has(resource)));
  for (const { at, reason } of unserved) {
    report('no-api', at, reason, { severity: isServed ? 'warning' : 'error' });
  }
  // a template may also have what belongs to an API of another one, such as a VPC link
  const isPart = subject.resources().some(({ type }) => creatorOf(type) !== undefined);
  if (!isServed && !isPart && unserved.length === 0) {
    report('no-api', document.root.at, 'the template has no resource of API Gateway');
  }
};

/** After the expansion there are none, if the template has SAM's `Transform`. */
const SAM_APIS = ['AWS::Serverless::HttpApi', 'AWS::Serverless::WebSocketApi'];
