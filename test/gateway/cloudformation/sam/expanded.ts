import { type Node } from '../../../../src/gateway/cloudformation/document.js';
import { loadTemplate } from '../../../../src/gateway/cloudformation/load-template.js';
import { prepareTemplate } from '../../../../src/gateway/cloudformation/prepare-template.js';
import { ControlPlane } from '../../../../src/gateway/control/control-plane.js';

export const SETTINGS = { fileName: 'sam.yaml', region: 'eu-west-1', accountId: '111122223333' };

/** A template of SAM with these sections. */
export const sam = (sections: string) => `Transform: AWS::Serverless-2016-10-31\n${sections}`;

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The resources of a template after its expansion, as its JSON would have them. */
export function expanded(text: string): Readonly<Record<string, Resource>> {
  const { document } = prepareTemplate(text, 'sam.yaml', { ...SETTINGS, parameters: new Map() });
  return (plain(document.root) as { Resources: Record<string, Resource> }).Resources;
}

function plain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'call':
      return { [node.name]: plain(node.argument) };
    case 'dictionary':
      return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, plain(value)]));
  }
}

/** What the template creates in a control plane. */
export function loaded(text: string, parameters: Readonly<Record<string, string>> = {}) {
  const plane = new ControlPlane(SETTINGS);
  const report = loadTemplate(plane, text, { ...SETTINGS, parameters: new Map(Object.entries(parameters)) });
  return { plane, report };
}
