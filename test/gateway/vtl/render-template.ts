import { readTemplate, render, type TemplateScope } from '../../../src/gateway/vtl/render.js';

/** Renders a template; what its scope does not say is empty. */
export function renderTemplate(text: string, body = '', scope: Partial<TemplateScope> = {}): string {
  return render(readTemplate('$default', text), {
    input: { body, params: { path: {}, querystring: {}, header: {} } },
    context: {},
    stageVariables: {},
    ...scope,
  });
}
