/** The API and stage that a request addresses. */
export interface StageAddress {
  readonly apiId: string;
  readonly stage: string;
  /** The path segments after the stage, decoded, without empty ones. */
  readonly rest: readonly string[];
  readonly url: URL;
}
