import { type ApiMapping } from './fields/api-mapping-fields.js';
import { type VpcLink } from './fields/vpc-link-fields.js';
import { type HttpVpcLink } from './http/http-vpc-link-fields.js';

/** What the resources of an API need of what is around the API; the control plane is it. */
export interface Account {
  readonly region: string;
  /** Twelve digits; AWS's messages name it. */
  readonly accountId: string;
  /** By the domain name. */
  readonly apiMappings: ReadonlyMap<string, ReadonlyMap<string, ApiMapping>>;
  /** Links of v2, for HTTP APIs. */
  readonly httpVpcLinks: ReadonlyMap<string, HttpVpcLink>;
  /** A VPC link of v1. */
  vpcLink(id: string): VpcLink | undefined;
  /** Now, as AWS writes its dates: `2026-09-25T00:01:10Z`. */
  date(): string;
  deleteStage(apiId: string, stageName: string): void;
  /** The stored decisions of a stage's Lambda authorizers are forgotten. */
  resetAuthorizers(apiId: string, stageName: string): void;
}
