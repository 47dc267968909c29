import { type ControlPlane, type RemovedResources } from '../control/control-plane.js';
import { type DeclaredTargets } from '../integrations/declared-targets.js';
import { type FunctionSource } from '../lambda/function-source.js';
import { type StackSettings } from './evaluator.js';
import { type LoadedStack, type LoadedTemplate, loadTemplate } from './load-template.js';
import { allNames, type TemplateNames } from './template-names.js';
import { type TemplateFile } from './template-file.js';
import { requireApi } from './unserved-apis.js';

/** The templates that a control plane serves. They can be replaced while it serves them. */
export class LoadedTemplates {
  #stacks: ReadonlyMap<string, LoadedStack> = new Map();
  #loaded: readonly LoadedTemplate[] = [];

  constructor(
    private readonly plane: ControlPlane,
    private readonly settings: Pick<StackSettings, 'region' | 'accountId'>,
  ) {}

  /** The templates as they were loaded last. */
  get loaded(): readonly LoadedTemplate[] {
    return this.#loaded;
  }

  /** The API's logical id; `undefined` if no template created it. */
  logicalIdOf(apiId: string): string | undefined {
    const created = this.#stacks.values().flatMap((stack) => stack.entries());
    return created.find(([, { type, ref }]) => type === 'AWS::ApiGatewayV2::Api' && ref === apiId)?.[0];
  }

  /** Of all templates. */
  get targets(): DeclaredTargets {
    return allTargets(this.#loaded);
  }

  /** The functions of all templates whose code is a local folder, by name. */
  get functions(): ReadonlyMap<string, FunctionSource> {
    return new Map(this.#loaded.flatMap(({ functions }) => [...functions]));
  }

  /** Of all templates. */
  get names(): TemplateNames {
    return allNames(this.#loaded.map(({ names }) => names));
  }

  /**
   * Loads templates in place of those loaded before. Afterwards the control plane has what a new gateway would have with
   * these templates, except that resources keep their ids: those of the same template, logical id and type. What was
   * created otherwise, by an SDK for example, stays, unless it belongs to an API of a template.
   *
   * @param templates each may import the exports of earlier ones
   * @throws {CloudFormationError} a template cannot be read, AWS would refuse one of its resources, or none of the
   *   templates has an API that can be served; nothing changes
   */
  replace(
    templates: readonly TemplateFile[],
    parameters: ReadonlyMap<string, string>,
  ): readonly LoadedTemplate[] {
    return this.plane.replace(resourcesOf(this.#stacks.values()), () => {
      const stacks = new Map<string, LoadedStack>();
      let exported: ReadonlyMap<string, string> = new Map();
      const reports = templates.flatMap((template) => {
        const loaded = loadTemplate(this.plane, template.text, {
          ...this.settings,
          fileName: template.fileName,
          nested: template.nested,
          assets: template.assets,
          parameters: new Map([...exported, ...parameters]),
          before: this.#stacks,
        });
        const all = [{ ...template, ...loaded }, ...loaded.nested];
        for (const { fileName, stack, exports } of all) {
          stacks.set(fileName, stack);
          exported = new Map([...exported, ...exports]);
        }
        return all;
      });
      requireApi(reports);
      this.#stacks = stacks;
      this.#loaded = reports;
      return reports;
    });
  }
}

const allTargets = (reports: readonly LoadedTemplate[]): DeclaredTargets => ({
  arns: reports.flatMap(({ targets }) => targets.arns),
  ports: new Map(reports.flatMap(({ targets }) => [...targets.ports])),
  instances: reports.flatMap(({ targets }) => targets.instances),
});

/** The resources of templates that do not belong to another resource. */
function resourcesOf(stacks: Iterable<LoadedStack>): RemovedResources {
  const all = [...stacks].flatMap((stack) => [...stack.values()]);
  const ids = (type: string) => all.filter((each) => each.type === type).map(({ ref }) => ref);
  return {
    apis: ids('AWS::ApiGatewayV2::Api'),
    vpcLinks: ids('AWS::ApiGateway::VpcLink'),
    httpVpcLinks: ids('AWS::ApiGatewayV2::VpcLink'),
    domainNames: ids('AWS::ApiGatewayV2::DomainName'),
    apiKeys: ids('AWS::ApiGateway::ApiKey'),
    usagePlans: ids('AWS::ApiGateway::UsagePlan'),
  };
}
