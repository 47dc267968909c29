/** An API of a gateway, for its users. */
export interface ApiSummary {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
  readonly name: string;
  /** If a template created it. */
  readonly logicalId: string | undefined;
  readonly stages: readonly string[];
}
