import { matchesWildcards } from '../../wildcards.js';
import { type Resource } from '../template.js';
import { type Check, type Report, type Subject } from './subject.js';
import { httpApis, type LintedApi, webSocketApis } from './template-apis.js';

/** Checks that API Gateway may invoke the functions of the template: those of its routes, and its authorizers. */
export const checkPermissions: Check = (subject, report) => {
  if (hasConnectors(subject)) return;
  const permissions = new Permissions(subject);
  for (const api of [...webSocketApis(subject), ...httpApis(subject)]) {
    checkRoutes(subject, api, permissions, report);
    for (const authorizer of api.authorizers) {
      if (authorizer.properties.has('AuthorizerCredentialsArn')) continue;
      const called = calledFunction(subject.text(authorizer, 'AuthorizerUri'));
      const source = `${api.id}/authorizers/${authorizer.logicalId}`;
      if (called === undefined || permissions.mayInvoke(called, () => [source])) continue;
      report(
        'no-permission',
        authorizer.at,
        `${authorizer.logicalId} invokes ${named(called)}, and no AWS::Lambda::Permission allows it`,
      );
    }
  }
};

function checkRoutes(
  subject: Subject,
  { id, integrations, stages }: LintedApi,
  permissions: Permissions,
  report: Report,
): void {
  const stageNames = stages.flatMap((stage) => subject.text(stage, 'StageName') ?? []);
  for (const { resource, routes } of integrations) {
    const called = calledFunction(subject.text(resource, 'IntegrationUri'));
    if (called === undefined || resource.properties.has('CredentialsArn')) continue;
    const denied = routes.filter(
      ({ key }) => !permissions.mayInvoke(called, (stage) => sources(id, stageNames, stage, key)),
    );
    if (denied.length === 0) continue;
    const keys = denied.map(({ key }) => key).join(', ');
    report(
      'no-permission',
      resource.at,
      `${resource.logicalId} invokes ${named(called)}, and no AWS::Lambda::Permission allows it for ${keys}`,
    );
  }
}

/** @param stage of the permission, which counts if the stages are in another template */
function sources(api: string, stages: readonly string[], stage: string, routeKey: string): readonly string[] {
  const [, method = '', path = ''] = routeKey.match(/^([A-Z]+) (\/.*)$/) ?? [];
  // H2.19: of an HTTP API the method and the path; a route with ANY is allowed where one method is
  const methods = method === 'ANY' ? METHODS : [method];
  const ends = path === '' ? [routeKey] : methods.map((each) => `${each}${path}`);
  return (stages.length > 0 ? stages : [stage]).flatMap((name) => ends.map((end) => `${api}/${name}/${end}`));
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface CalledFunction {
  readonly name: string;
  /** An alias or a version; each has permissions of its own. */
  readonly qualifier: string | undefined;
}

class Permissions {
  /** The names of the functions of the template; what is allowed for others is not known. */
  readonly #functions: ReadonlySet<string>;
  readonly #permissions: readonly Resource[];

  constructor(private readonly subject: Subject) {
    const functions = FUNCTION_TYPES.flatMap((type) => subject.resources(type));
    this.#functions = new Set(functions.flatMap((resource) => subject.ref(resource) ?? []));
    this.#permissions = subject.resources('AWS::Lambda::Permission');
  }

  /** @param sourcesOf what invokes it, in the form of the end of a SourceArn; one of them is enough */
  mayInvoke(called: CalledFunction, sourcesOf: (stage: string) => readonly string[]): boolean {
    if (!this.#functions.has(called.name)) return true;
    return this.#permissions.some(
      (permission) => this.#isFor(permission, called) && this.#allows(permission, sourcesOf),
    );
  }

  #isFor(permission: Resource, { name, qualifier }: CalledFunction): boolean {
    const text = this.subject.text(permission, 'FunctionName');
    if (text === undefined) return true;
    const allowed = functionOf(text);
    return allowed?.name === name && allowed.qualifier === qualifier;
  }

  #allows(permission: Resource, sourcesOf: (stage: string) => readonly string[]): boolean {
    const text = (property: string) => this.subject.text(permission, property);
    const [principal = '*', action = '*'] = [text('Principal'), text('Action')];
    if (principal !== '*' && !principal.startsWith('apigateway.')) return false;
    if (!matchesWildcards(action.toLowerCase(), 'lambda:invokefunction')) return false;
    const sourceArn = text('SourceArn');
    // an unknown part is not checked
    if (sourceArn === undefined || /\{\w+\}/.test(sourceArn)) return true;
    if (!/^(arn:[^:]*:execute-api:|\*)/.test(sourceArn)) return false;
    const pattern = sourceArn.split(':').slice(5).join(':') || '*';
    const [, stage = ''] = pattern.split('/');
    return sourcesOf(/[*?]/.test(stage) || stage === '' ? 'stage' : stage).some((source) =>
      matchesWildcards(pattern, source),
    );
  }
}

const FUNCTION_TYPES = ['AWS::Lambda::Function', 'AWS::Serverless::Function'];

/** @param uri of an integration or an authorizer */
function calledFunction(uri: string | undefined): CalledFunction | undefined {
  const [, text] = uri?.match(/:lambda:path\/[^/]+\/functions\/(.+)\/invocations$/) ?? [];
  // H6.01: an HTTP API may have the ARN alone
  const arn = text ?? uri?.match(/^arn:[^:]*:lambda:.*:function:.+$/)?.[0];
  return arn === undefined ? undefined : functionOf(arn);
}

/** @param text a name or an ARN, in full or in part, with or without a qualifier */
function functionOf(text: string): CalledFunction | undefined {
  const [, name, qualifier] = text.match(/^(?:[^/]*:function:)?([^:/]+)(?::([^:/]+))?$/) ?? [];
  return name === undefined ? undefined : { name, qualifier };
}

const named = ({ name, qualifier }: CalledFunction) =>
  qualifier === undefined ? name : `${name}:${qualifier}`;

/** Whether SAM adds permissions: a connector is a resource, or an attribute of one. */
function hasConnectors({ template }: Subject): boolean {
  const { root } = template.document;
  const resources = root.kind === 'dictionary' ? root.entries.get('Resources')?.value : undefined;
  if (!template.hasTransform || resources?.kind !== 'dictionary') return false;
  return (
    [...template.resources.values()].some(({ type }) => type === 'AWS::Serverless::Connector') ||
    [...resources.entries.values()].some(
      ({ value }) => value.kind === 'dictionary' && value.entries.has('Connectors'),
    )
  );
}
