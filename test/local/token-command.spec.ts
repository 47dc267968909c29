import { expect, it } from 'vitest';
import { SpawnedProgram } from '../support/spawned-program.js';

const JWT = { AUTH: 'jwt', JWT_SECRET: 'a-secret-of-at-least-thirty-two-bytes' };

const token = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  SpawnedProgram.run('local/token.js', args, env);

it('prints the token alone to standard output, and a line to paste to standard error', async () => {
  const program = token(['alice'], JWT);
  expect(await program.exit).toBe(0);
  expect(program.stdout).toEqual([expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/)]);
  expect(program.stderr).toContain(`npx wscat -c "ws://127.0.0.1:8080/dev?token=${program.stdout[0]}"`);
});

it("prints the line for the service's own endpoint, if it is set", async () => {
  const program = token(['alice'], { ...JWT, WS_API_ENDPOINT: 'https://ws.example.com/prod/' });
  expect(await program.exit).toBe(0);
  expect(program.stderr.join('\n')).toContain('"wss://ws.example.com/prod?token=ey');
});

it.each([
  ['no user', [], JWT, 'token: expected one user id, such as: npm run token -- alice'],
  ['two users', ['alice', 'bob'], JWT, 'token: expected one user id'],
  ['an unknown flag', ['alice', '--for=ever'], JWT, "token: Unknown option '--for'"],
  ['no AUTH', ['alice'], {}, 'token: AUTH is not set'],
])('ends with code 1 and one line for %s', async (_, args, env, line) => {
  const program = token(args, env);
  expect(await program.exit).toBe(1);
  expect(program.stdout).toEqual([]);
  expect(program.stderr).toEqual([expect.stringContaining(line)]);
});
