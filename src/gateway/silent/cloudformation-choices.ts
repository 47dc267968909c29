/**
 * Choices about CloudFormation, where AWS is silent or contradicts itself. PROTOCOL.md, "Where AWS is silent", lists
 * them.
 *
 * Placeholder values are chosen in cloudformation/placeholder-values.ts.
 */

/**
 * Rank among the resources that CloudFormation would start together: a deployment is last, as if it took longer. On AWS
 * the order among them is not defined.
 */
export const creationRank = (type: string): number => (type === 'AWS::ApiGatewayV2::Deployment' ? 1 : 0);

/**
 * Nodes of a template with its YAML aliases expanded. CloudFormation documents that it accepts no aliases, but tools
 * expand them first. Aliases of aliases multiply; no template within the size limit has as many nodes by itself.
 */
export const EXPANDED_TEMPLATE_NODES = 500_000;

/** Value of a reference to a resource that a macro (`Transform`) may add: its own name. */
export const macroReference = (name: string, attribute: string | undefined): string =>
  attribute ? `${name}.${attribute}` : name;
