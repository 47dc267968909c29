import { type ControlPlane } from '../control/control-plane.js';
import { UsageError } from '../usage-error.js';
import { explainApi } from './explain/explain-http.js';
import { explainStage } from './explain/explain.js';
import { type Explanation } from './explain/explanation.js';
import { type ClientInput } from './explain/sample-event.js';
import { type DeployedFinding, deployedFindings } from './lint/deployed-findings.js';
import { type LoadedTemplates } from './loaded-templates.js';

/** What the client would send, to an API that is served. */
export interface DeployedExplainOptions extends ClientInput {
  readonly apiId: string;
  readonly stage?: string;
  readonly route?: string;
  readonly request?: string;
}

interface DeployedApisParts {
  readonly control: ControlPlane;
  readonly defaultApi: string | undefined;
  readonly templates: LoadedTemplates;
  /** Those of the templates as they were loaded last. */
  readonly parameters: () => ReadonlyMap<string, string> | undefined;
  readonly region: string;
  readonly accountId: string;
}

/** The APIs that a gateway serves, with `lint` and `explain` for them. */
export class DeployedApis {
  readonly control: ControlPlane;
  readonly defaultApi: string | undefined;

  constructor(private readonly parts: DeployedApisParts) {
    this.control = parts.control;
    this.defaultApi = parts.defaultApi;
  }

  /** @throws {UsageError} no such API, stage or route, or no valid request */
  explain(options: DeployedExplainOptions): Explanation {
    const { apiId, stage, request } = options;
    const { templates, region, accountId } = this.parts;
    const names = { created: templates.loaded.flatMap(({ created }) => created) };
    const resources = this.control.apis.get(apiId);
    if (resources === undefined) throw new UsageError(`there is no API ${apiId}`);
    if (resources.protocol === 'HTTP') {
      if (request === undefined) throw new UsageError('--request is required for an HTTP API');
      const { Name: name } = resources.api;
      return explainApi(this.control, names, { ...options, region, accountId, name, request });
    }
    if (request !== undefined) throw new UsageError('--request is for an HTTP API: omit it');
    const stages = [...resources.stages.keys()];
    const [only] = stages.length === 1 ? stages : [];
    const chosen = stage ?? only;
    if (chosen === undefined || !resources.stages.has(chosen)) {
      throw new UsageError(`--stage must be one of ${stages.join(', ') || 'the stages, and there is none'}`);
    }
    return explainStage(this.control, names, { ...options, region, stage: chosen });
  }

  /** The findings of `lint` in the templates that are served. */
  findings(): readonly DeployedFinding[] {
    return deployedFindings(this.parts.templates.loaded, this.parts.parameters() ?? new Map());
  }
}
