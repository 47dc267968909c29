import { type ChoiceTable, count } from './choice-table.js';

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

/** Choices about CloudFormation, where AWS is silent or contradicts itself. */
export const CLOUDFORMATION_CHOICES: ChoiceTable = {
  title: 'CloudFormation',
  rows: [
    {
      question: 'resources that do not depend on one another',
      choice:
        "the shorter chain of dependencies first, then the template's order; a deployment last among equals",
      because: 'CloudFormation begins with every resource whose dependencies exist',
    },
    {
      question: 'a deployment that depends on no route',
      choice: 'created early, and refused; `lint` reports it',
      because: 'that order',
    },
    {
      question: 'a resource that is not created here',
      choice: 'listed; `Ref` and `GetAtt` have a fixed placeholder value',
      because: 'integrations have to resolve',
      where: 'cloudformation/placeholder-values.ts',
    },
    {
      question: 'a YAML alias',
      choice: `expanded up to ${count(EXPANDED_TEMPLATE_NODES)} parts, with a warning from \`lint\``,
      because: 'documented as unsupported, but tools expand them first',
    },
    {
      question:
        '`{{resolve:…}}` without a `--parameter`; a reference to nothing in a template with `Transform`',
      choice: 'remains unmodified; its own name',
    },
    {
      question: 'templates without any API that is served',
      choice: 'refused',
      because: 'a gateway without an API would refuse every request',
      where: 'cloudformation/unserved-apis.ts',
    },
    {
      question: 'conditions of what SAM expands',
      choice: 'evaluated before the expansion, where SAM writes `Fn::If`',
      because: 'the result is the same',
      where: 'cloudformation/sam/sam-reader.ts',
    },
    {
      question: 'properties of SAM resources that are not expanded here',
      choice: 'refused',
      because: 'they would be silently without effect',
      where: 'cloudformation/sam/sam-resource.ts',
    },
    {
      question: 'ARNs of load balancers, listeners and Cloud Map services',
      choice: 'logical ids take the place of the ids that AWS generates',
      because: 'so `--target` can name them',
      where: 'cloudformation/placeholder-values.ts',
    },
  ],
};
