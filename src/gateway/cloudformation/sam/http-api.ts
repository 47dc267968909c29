import { type Node } from '../document.js';
import { type Part } from '../build-node.js';
import { DefinitionEditor } from './definition-editor.js';
import { domainOf, shortHash } from './domain.js';
import { HttpApiAuth } from './http-api-auth.js';
import { property, type SamReader } from './sam-reader.js';
import { type Added, added, checkProperties, type SamResource, tagsOf } from './sam-resource.js';

const TAG = 'httpapi:createdBy';

const PROPERTIES = (
  'AccessLogSettings Auth CorsConfiguration DefaultRouteSettings DefinitionBody Description DisableExecuteApiEndpoint ' +
  'Domain FailOnWarnings Name PropagateTags RouteSettings StageName StageVariables Tags'
).split(' ');

/**
 * An `AWS::Serverless::HttpApi`, to which functions add their events before it is built.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html
 */
export class HttpApi {
  readonly auth: HttpApiAuth;
  readonly editor: DefinitionEditor;
  readonly stageId: string;
  readonly #routeSettings = new Map<string, Part>();
  readonly #hasBody: boolean;

  /** @throws {CloudFormationError} a property that is not expanded, or of the wrong form */
  constructor(
    private readonly reader: SamReader,
    readonly resource: SamResource,
  ) {
    const { properties, at, logicalId } = resource;
    checkProperties(reader, resource, PROPERTIES);
    this.auth = new HttpApiAuth(reader, resource);
    const body = reader.dictionary(property(properties, 'DefinitionBody'), 'DefinitionBody');
    this.editor = new DefinitionEditor(reader, body, at);
    this.#hasBody = body !== undefined;
    const stages = reader.dictionary(property(properties, 'RouteSettings'), 'RouteSettings');
    for (const [key, { value }] of stages?.entries ?? []) this.#routeSettings.set(key, value);
    this.stageId = stageIdOf(logicalId, this.#stageName);
  }

  /** Whether functions may add the same operation only once: the definition is not the template's own. */
  get isManaged(): boolean {
    return !this.#hasBody;
  }

  /** @param key `GET /books`, or the path of a route for any method */
  addRouteSettings(key: string, settings: Node): void {
    const before = this.#routeSettings.get(key);
    const merged = [before, settings].flatMap((node) => {
      const dictionary = this.reader.dictionary(node as Node | undefined, 'RouteSettings');
      return [...(dictionary?.entries ?? [])].map(([name, { value }]) => [name, value] as const);
    });
    this.#routeSettings.set(key, Object.fromEntries(merged));
  }

  build(): readonly Added[] {
    const { reader, resource, editor, auth } = this;
    const { properties, logicalId, whole } = resource;
    const own = (name: string) => reader.branch(property(properties, name));
    const tags = tagsOf(reader, resource, TAG);
    this.#addCors();
    auth.addTo(editor);
    editor.addTags(Object.entries(tags));
    const isDisabled = own('DisableExecuteApiEndpoint');
    if (isDisabled !== undefined) editor.disableEndpoint(isDisabled);
    this.#addInfo();
    const failOnWarnings = own('FailOnWarnings');
    if (reader.isTrue(failOnWarnings)) editor.renameDefaultPath();
    return [
      added(
        resource,
        logicalId,
        'AWS::ApiGatewayV2::Api',
        { Body: editor.build(), FailOnWarnings: failOnWarnings },
        { DependsOn: property(whole, 'DependsOn') },
      ),
      added(resource, this.stageId, 'AWS::ApiGatewayV2::Stage', {
        ApiId: { Ref: logicalId },
        StageName: this.#stageName,
        AutoDeploy: true,
        StageVariables: own('StageVariables'),
        AccessLogSettings: own('AccessLogSettings'),
        DefaultRouteSettings: own('DefaultRouteSettings'),
        RouteSettings: this.#routeSettings.size === 0 ? undefined : Object.fromEntries(this.#routeSettings),
        Tags: tags,
      }),
      ...domainOf(reader, resource, this.stageId, TAG),
      ...auth.permissions(),
    ];
  }

  get #stageName(): string {
    return this.reader.text(property(this.resource.properties, 'StageName')) ?? '$default';
  }

  #addCors(): void {
    const { reader, editor } = this;
    const node = reader.branch(property(this.resource.properties, 'CorsConfiguration'));
    if (node === undefined) return;
    if (node.kind !== 'dictionary') {
      if (reader.isTrue(node)) editor.change('x-amazon-apigateway-cors', { allowOrigins: ['*'] });
      return;
    }
    const members = [...node.entries].map(([name, { at, value }]) => {
      if (!CORS.includes(name)) {
        throw reader.stack.template.document.error(at, `Invalid key '${name}' for 'Cors' property.`);
      }
      return [name.charAt(0).toLowerCase() + name.slice(1), reader.branch(value)] as const;
    });
    editor.change('x-amazon-apigateway-cors', Object.fromEntries(members));
  }

  #addInfo(): void {
    const { reader, editor, resource } = this;
    const name = reader.branch(property(resource.properties, 'Name'));
    const description = reader.branch(property(resource.properties, 'Description'));
    if (name !== undefined) {
      const title = editor.info('title');
      const isPreset = title?.kind === 'call' && title.name === 'Ref';
      if (title !== undefined && !isPreset) throw alreadyDefined(reader, name, 'Name');
      editor.change('info', { title: name });
    }
    if (description !== undefined) {
      if (editor.info('description') !== undefined) throw alreadyDefined(reader, description, 'Description');
      editor.change('info', { description });
    }
  }
}

const CORS = 'AllowCredentials AllowHeaders AllowMethods AllowOrigins ExposeHeaders MaxAge'.split(' ');

const alreadyDefined = (reader: SamReader, node: Node, name: string) =>
  reader.stack.error(
    node,
    `Unable to set ${name} because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property.`,
  );

function stageIdOf(logicalId: string, stageName: string): string {
  if (stageName === '$default') return `${logicalId}ApiGatewayDefaultStage`;
  const isPlain = /^[A-Za-z0-9]+$/.test(stageName);
  return isPlain ? `${logicalId}${stageName}Stage` : `${logicalId}Stage${shortHash(stageName)}`;
}
