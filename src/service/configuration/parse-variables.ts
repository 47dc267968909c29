import { type z } from 'zod';
import { ConfigError } from '../../nest/config/config.errors.js';
import { type VariableProblem } from './variable-schemas.js';

/**
 * Parses the variables of the environment that the schema has. An empty variable counts as not set.
 *
 * @param combinations finds problems with the combination of variables
 * @throws {ConfigError} with every problem at once
 */
export function parseVariables<Schema extends z.ZodObject>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
  combinations: (env: NodeJS.ProcessEnv) => readonly VariableProblem[],
): z.output<Schema> {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data: variables, error } = schema.safeParse(env);
  const problems = [
    ...(error?.issues ?? []).map(({ path, message }): VariableProblem => [String(path[0]), message]),
    ...combinations(env),
  ].map(([name, expected]) => describeProblem(name, env, expected));
  if (variables === undefined || problems.length > 0) throw new ConfigError(problems);
  return variables;
}

function describeProblem(name: string, env: NodeJS.ProcessEnv, expected: string): string {
  const value = env[name];
  if (value === undefined) return `${name} is not set: ${expected}`;
  if (/SECRET|KEY/.test(name)) return `${name} (${value.length} characters): ${expected}`;
  // what stands before @ or after ? in a URL may be a credential
  const shown = value.replace(/:(\/*).*@(?!connections)/s, ':$1…@').replace(/[?#].*/s, '?…');
  return `${name}=${shown}: ${expected}`;
}
