/** The application cannot start with its settings. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problems one line each, with the name of the setting first */
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(problems.join('\n'), options);
  }

  /** The error with other names of settings. */
  renamed(rename: (problem: string) => string): ConfigError {
    return new ConfigError(this.problems.map(rename), { cause: this.cause });
  }
}
