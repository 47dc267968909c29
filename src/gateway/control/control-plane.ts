import { type Account } from './account.js';
import { type ApiResources } from './api-resources.js';
import { type Api } from './fields/api-fields.js';
import { type ApiKey } from './fields/api-key-fields.js';
import { type ApiMapping } from './fields/api-mapping-fields.js';
import { type DomainName } from './fields/domain-name-fields.js';
import { type RouteSettings } from './fields/stage-fields.js';
import { type UsagePlan } from './fields/usage-plan-fields.js';
import { type VpcLink } from './fields/vpc-link-fields.js';
import { type HttpVpcLink } from './http/http-vpc-link-fields.js';
import { type HttpApiResources } from './http-api-resources.js';
import { type HttpApis, type MappedHttpStage, type ServedHttpStage } from './http-snapshot.js';
import { routeSettings } from './route-settings.js';
import { type Snapshot } from './snapshot.js';

export interface ControlPlaneOptions {
  readonly region: string;
  /** Twelve digits; AWS's messages name it. */
  readonly accountId: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called when a stage is deleted, with its API too: `last` is what it has served until then. */
  readonly whenStageDeleted?: (apiId: string, stageName: string, last: ServedStage) => void;
  /** Called by `ResetAuthorizersCache` of a stage of an HTTP API. */
  readonly whenAuthorizersReset?: (apiId: string, stageName: string) => void;
}

/**
 * All resources, in memory. The data plane uses the methods, which show what is deployed; the collections in resources/
 * change the maps.
 */
export class ControlPlane implements HttpApis, Account {
  readonly region: string;
  readonly accountId: string;
  readonly apis = new Map<string, ApiResources | HttpApiResources>();
  readonly domainNames = new Map<string, DomainName>();
  /** By the domain name. */
  readonly apiMappings = new Map<string, ReadonlyMap<string, ApiMapping>>();
  /** Links of v1, for WebSocket APIs. */
  readonly vpcLinks = new Map<string, VpcLink>();
  /** Links of v2, for HTTP APIs. */
  readonly httpVpcLinks = new Map<string, HttpVpcLink>();
  readonly apiKeys = new Map<string, ApiKey>();
  readonly usagePlans = new Map<string, UsagePlan>();
  /** By the usage plan's id: the ids of the API keys in it. */
  readonly usagePlanKeys = new Map<string, Set<string>>();
  readonly #now: () => number;
  readonly #whenStageDeleted: ControlPlaneOptions['whenStageDeleted'];
  readonly #whenAuthorizersReset: ControlPlaneOptions['whenAuthorizersReset'];

  constructor({
    region,
    accountId,
    now = Date.now,
    whenStageDeleted,
    whenAuthorizersReset,
  }: ControlPlaneOptions) {
    this.region = region;
    this.accountId = accountId;
    this.#now = now;
    this.#whenStageDeleted = whenStageDeleted;
    this.#whenAuthorizersReset = whenAuthorizersReset;
  }

  /** A WebSocket API. */
  api(apiId: string): Api | undefined {
    return this.webSocketApi(apiId)?.api;
  }

  webSocketApi(apiId: string): ApiResources | undefined {
    const resources = this.apis.get(apiId);
    return resources?.protocol === 'WEBSOCKET' ? resources : undefined;
  }

  /** The WebSocket APIs. */
  webSocketApis(): readonly ApiResources[] {
    return [...this.apis.values()].filter((resources) => resources.protocol === 'WEBSOCKET');
  }

  /** The HTTP APIs. */
  httpApis(): readonly HttpApiResources[] {
    return [...this.apis.values()].filter((resources) => resources.protocol === 'HTTP');
  }

  isHttpApi(apiId: string): boolean {
    return this.apis.get(apiId)?.protocol === 'HTTP';
  }

  /** The ids of all APIs, of both protocols. */
  apiIds(): readonly string[] {
    return [...this.apis.keys()];
  }

  /**
   * A stage of a WebSocket API.
   *
   * @returns `snapshot` is `undefined` when nothing is deployed to the stage
   */
  stage(apiId: string, stageName: string): ServedStage | undefined {
    const resources = this.webSocketApi(apiId);
    const stage = resources?.stages.get(stageName);
    if (resources === undefined || stage === undefined) return undefined;
    return {
      stageVariables: stage.StageVariables,
      snapshot: resources.snapshots.get(stage.DeploymentId ?? ''),
      routeSettings: (routeKey) => routeSettings(stage, routeKey),
      accessLog: stage.AccessLogSettings && { format: stage.AccessLogSettings.Format },
    };
  }

  httpStage(apiId: string, stageName: string): ServedHttpStage | undefined {
    const resources = this.apis.get(apiId);
    return resources?.protocol === 'HTTP' ? resources.served(stageName) : undefined;
  }

  deleteStage(apiId: string, stageName: string): void {
    const last = this.stage(apiId, stageName);
    this.apis.get(apiId)?.stages.delete(stageName);
    if (last !== undefined) this.#whenStageDeleted?.(apiId, stageName, last);
  }

  /** The stage's stored decisions of Lambda authorizers are forgotten. */
  resetAuthorizers(apiId: string, stageName: string): void {
    this.#whenAuthorizersReset?.(apiId, stageName);
  }

  /** Deletes the API with its stages. */
  deleteApi(apiId: string): void {
    const resources = this.apis.get(apiId);
    for (const stageName of resources?.stages.keys() ?? []) this.deleteStage(apiId, stageName);
    this.apis.delete(apiId);
  }

  /** Deletes all resources. */
  clear(): void {
    for (const apiId of this.apiIds()) this.deleteApi(apiId);
    for (const resources of [this.domainNames, this.apiMappings, this.vpcLinks]) resources.clear();
    this.httpVpcLinks.clear();
    this.apiKeys.clear();
    this.usagePlans.clear();
    this.usagePlanKeys.clear();
  }

  /**
   * Replaces resources in one step: the data plane sees all of the change or nothing. Stages that do not exist
   * afterwards are reported as deleted; those of the same API and name are not, so that their connections stay open.
   *
   * @param removed the resources that are replaced
   * @param create creates the new ones; if it throws, everything is as it was before
   */
  replace<T>(removed: RemovedResources, create: () => T): T {
    const restore = this.#checkpoint();
    const stagesBefore = [...this.apis].flatMap(([apiId, { stages }]) =>
      [...stages.keys()].map((name) => ({ apiId, name, last: this.stage(apiId, name) })),
    );
    for (const id of removed.apis) this.apis.delete(id);
    for (const id of removed.vpcLinks) this.vpcLinks.delete(id);
    for (const id of removed.httpVpcLinks) this.httpVpcLinks.delete(id);
    for (const id of removed.apiKeys) this.apiKeys.delete(id);
    for (const name of removed.domainNames) {
      this.domainNames.delete(name);
      this.apiMappings.delete(name);
    }
    for (const id of removed.usagePlans) {
      this.usagePlans.delete(id);
      this.usagePlanKeys.delete(id);
    }
    try {
      const created = create();
      for (const { apiId, name, last } of stagesBefore) {
        if (last !== undefined && this.stage(apiId, name) === undefined) {
          this.#whenStageDeleted?.(apiId, name, last);
        }
      }
      return created;
    } catch (error) {
      restore();
      throw error;
    }
  }

  /** Copies what `replace` changes. */
  #checkpoint(): () => void {
    const { apis, vpcLinks, httpVpcLinks, domainNames, apiMappings, apiKeys, usagePlans } = this;
    const { usagePlanKeys } = this;
    const all = [apis, vpcLinks, httpVpcLinks, domainNames, apiMappings, apiKeys, usagePlans];
    const maps = all as Map<string, unknown>[];
    const copies = maps.map((map) => ({ map, entries: [...map] }));
    const members = [...usagePlanKeys].map(([id, keys]) => [id, new Set(keys)] as const);
    return () => {
      for (const { map, entries } of copies) refill(map, entries);
      refill(usagePlanKeys, members);
    };
  }

  /**
   * The stage behind a custom domain name: of the mapping whose key is the first segment of the path, else of the one
   * without a key.
   *
   * @param host with or without a port
   * @param firstSegment decoded; none for `/`
   */
  apiMapping(host: string, firstSegment: string | undefined): MappedStage | undefined {
    const byKey = new Map([...this.#mappingsOf(host)].map((mapping) => [mapping.ApiMappingKey, mapping]));
    const keyed = firstSegment ? byKey.get(firstSegment) : undefined;
    const mapping = keyed ?? byKey.get('');
    return mapping && { apiId: mapping.ApiId, stage: mapping.Stage, isKeyed: keyed !== undefined };
  }

  httpMapping(host: string, path: string): MappedHttpStage | undefined {
    let longest: ApiMapping | undefined;
    for (const mapping of this.#mappingsOf(host)) {
      const key = mapping.ApiMappingKey;
      const matches = key === '' || path === `/${key}` || path.startsWith(`/${key}/`);
      if (matches && key.length >= (longest?.ApiMappingKey.length ?? 0)) longest = mapping;
    }
    if (longest === undefined || !this.isHttpApi(longest.ApiId)) return undefined;
    return { apiId: longest.ApiId, stage: longest.Stage, basePath: longest.ApiMappingKey };
  }

  /** The API mappings of a custom domain name; none for any other host. */
  #mappingsOf(host: string): Iterable<ApiMapping> {
    // for each request, and most gateways have no domain name
    if (this.apiMappings.size === 0) return [];
    const name = host.replace(/:\d+$/, '').toLowerCase();
    // *.example.com matches every name that has one label in place of the star
    const mappings = this.apiMappings.get(name) ?? this.apiMappings.get(name.replace(/^[^.]+/, '*'));
    return mappings?.values() ?? [];
  }

  /** The API key with that value, if it is enabled and a member of a usage plan for the stage. */
  apiKeyAt(apiId: string, stage: string, value: string): UsableApiKey | undefined {
    const key = this.apiKeys.values().find((each) => each.value === value && each.enabled);
    if (key === undefined) return undefined;
    const plan = this.usagePlans
      .values()
      .find(
        ({ id, apiStages }) =>
          this.usagePlanKeys.get(id)?.has(key.id) &&
          apiStages.some((each) => each.apiId === apiId && each.stage === stage),
      );
    if (plan === undefined) return undefined;
    const { burstLimit = Infinity, rateLimit = Infinity } = plan.throttle ?? {};
    return { id: key.id, value, ...(plan.throttle && { throttle: { burstLimit, rateLimit } }) };
  }

  /** Whether a host name is a custom domain name, or covered by one with a star. */
  isDomainName(name: string): boolean {
    return this.domainNames.has(name) || this.domainNames.has(name.replace(/^[^.]+/, '*'));
  }

  /** A VPC link of v1. */
  vpcLink(id: string): VpcLink | undefined {
    return this.vpcLinks.get(id);
  }

  /** Now, as AWS writes its dates: `2026-09-25T00:01:10Z`. */
  date(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** Now, as v1 writes its dates: seconds since 1970. */
  seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

/** The ids of resources that are replaced, by kind. */
export type RemovedResources = Readonly<
  Record<'apis' | 'vpcLinks' | 'httpVpcLinks' | 'domainNames' | 'apiKeys' | 'usagePlans', readonly string[]>
>;

function refill<T>(map: Map<string, T>, entries: Iterable<readonly [string, T]>): void {
  map.clear();
  for (const [id, value] of entries) map.set(id, value);
}

export interface ServedStage {
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly snapshot: Snapshot | undefined;
  /** The stage's default settings, overlaid by those for the route key. */
  readonly routeSettings: (routeKey: string) => RouteSettings;
  /** Absent when nothing is logged. */
  readonly accessLog: { readonly format: string } | undefined;
}

/** The stage behind a custom domain name. */
interface MappedStage {
  readonly apiId: string;
  readonly stage: string;
  /** Whether the first segment of the path selected it, and is therefore not part of the API's path. */
  readonly isKeyed: boolean;
}

/** An API key that opens a stage, with the limits of its usage plan; `Infinity` is no limit. */
interface UsableApiKey {
  readonly id: string;
  readonly value: string;
  readonly throttle?: { readonly burstLimit: number; readonly rateLimit: number };
}
