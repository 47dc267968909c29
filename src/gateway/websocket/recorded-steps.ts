import { type IncomingMessage } from 'node:http';
import { bodyOf } from '../recorder/body.js';
import { type KeptStep, type Story } from '../recorder/story.js';
import { TemplateError } from '../vtl/template-error.js';
import { type Refusal } from './admission.js';
import { reasonOf } from './steps/error-response.js';

/** Ends the story of a handshake that is refused. */
export function endRefused(story: Story | undefined, { status, headers, body, reason }: Refusal): void {
  story?.add({ step: 'client_response', status, headers, body: bodyOf(body) });
  story?.conclude({ result: 'refused', status, reason });
  story?.end();
}

export const handshakeStep = ({ url = '', rawHeaders }: IncomingMessage): KeptStep => ({
  step: 'client_request',
  method: 'GET',
  url,
  headers: rawHeaders,
});

export function failureStep(error: unknown): KeptStep {
  const place = error instanceof TemplateError && { templateKey: error.templateKey, ...error.position };
  return { step: 'failure', reason: reasonOf(error), ...place };
}
