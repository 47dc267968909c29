import { type RuleId } from './rules.js';

/** The numbered entries of docs/troubleshooting.md that explain what a rule prevents. */
export const RULE_SECTIONS: Readonly<Partial<Record<RuleId, string>>> = {
  'no-connection-id': '2',
  'upgrade-headers': '21',
  'v2-vpc-link': '1',
  'method-any': '5',
  'deployment-before-routes': '19',
  'connect-only-source': '4',
  'undeclared-source': '4',
  'http-api-grammar': '3',
  'bad-mapping': '3',
  'selection-expression': '11',
  'connections-policy': '15',
  'timeout-range': '20',
  'template-key': '12',
  'no-route-response': '10',
  'undeployed-stage': '19',
};
