import { AdminProblem } from './admin-problem.js';

/**
 * The body of `POST /_gateway/reset`, `{}` or `{"apis": "start"}`.
 *
 * @returns what happens to the APIs
 * @throws {AdminProblem}
 */
export function readReset(body: unknown): 'keep' | 'start' {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AdminProblem('bad_request', 'the body must be an object such as {"apis": "start"}');
  }
  const { apis = 'keep', ...others }: { apis?: unknown } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new AdminProblem('bad_request', `the body has no field ${unknown}: it may have apis`);
  }
  if (apis === 'keep' || apis === 'start') return apis;
  throw new AdminProblem('bad_request', 'apis must be "keep" or "start"');
}
