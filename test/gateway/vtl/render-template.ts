import { parseMappingTemplate, render, type TemplateScope } from '../../../src/gateway/vtl/render.js';

/** Renders a template; absent parts of its scope are empty. */
export function renderTemplate(text: string, body = '', scope: Partial<TemplateScope> = {}): string {
  return render(parseMappingTemplate('$default', text), {
    input: { body, params: { path: {}, querystring: {}, header: {} } },
    context: {},
    stageVariables: {},
    ...scope,
  });
}
