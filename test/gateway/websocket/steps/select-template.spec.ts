import { expect, it } from 'vitest';
import { TemplateError } from '../../../../src/gateway/vtl/template-error.js';
import { selectTemplate } from '../../../../src/gateway/websocket/steps/select-template.js';

it('parses a template once', () => {
  const templates = { selection: undefined, byKey: new Map([['$default', 'text']]) };
  expect(selectTemplate(templates, {})).toBe(selectTemplate(templates, {}));
});

it('parses it again for another snapshot', () => {
  const templates = () => ({ selection: undefined, byKey: new Map([['$default', 'text']]) });
  expect(selectTemplate(templates(), {})).not.toBe(selectTemplate(templates(), {}));
});

it('throws the same error each time, without parsing it again', () => {
  const templates = { selection: undefined, byKey: new Map([['$default', '#if(']]) };
  const errors = [1, 2].map(() => {
    try {
      return selectTemplate(templates, {});
    } catch (error) {
      return error;
    }
  });
  expect(errors[0]).toBeInstanceOf(TemplateError);
  expect(errors[1]).toBe(errors[0]);
});
