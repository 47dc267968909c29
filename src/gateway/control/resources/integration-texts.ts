import { badRequest } from '../control-error.js';

/** Forms of values that integrations of both protocols have. */

/** Source of a regular expression. */
export const STAGE_VARIABLE = String.raw`\$\{stageVariables\.\w+\}`;

/**
 * @param uri an http(s) URL; a stage variable may stand for any part of it
 * @throws {ControlError} 400
 */
export function checkUrlText(uri: string): void {
  const fail = (reason: string) => {
    throw badRequest(`IntegrationUri '${uri}' ${reason}`);
  };
  // a value that each variable could have: a digit in a port, a letter elsewhere
  const example = uri
    .replace(new RegExp(`^${STAGE_VARIABLE}(?!:)`), 'http://x')
    .replace(new RegExp(`^${STAGE_VARIABLE}`), 'http')
    .replace(new RegExp(`(?<=:\\d*)${STAGE_VARIABLE}`, 'g'), '1')
    .replace(new RegExp(STAGE_VARIABLE, 'g'), 'x');
  if (example.includes('${')) fail('contains a variable; only ${stageVariables.NAME} is allowed');
  if (!/^https?:\/\//i.test(example) || !URL.canParse(example)) {
    fail('is not a URL; it must be http://… or https://…, possibly with ${stageVariables.NAME}');
  }
}

/**
 * @param arn a role to assume, or `arn:aws:iam::*:user/*` for the caller's own credentials
 * @throws {ControlError} 400
 */
export function checkCredentials(arn: string | undefined): void {
  if (arn === undefined || /^arn:[^:]+:iam::[^:]+:(role|user)\/.+$/.test(arn)) return;
  // AWS's text, recorded for authorizers
  throw badRequest('Invalid role ARN');
}
