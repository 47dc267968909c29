import { onTestFinished } from 'vitest';

/** Until the test has ended, the SDK finds no credentials on this machine. */
export function withoutCredentials(): void {
  const nowhere = {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const before = Object.keys(nowhere).map((name) => [name, process.env[name]] as const);
  onTestFinished(() => setVariables(before));
  setVariables(Object.entries(nowhere));
}

function setVariables(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
