import { type Dictionary, type Node } from '../document.js';
import { type Part } from '../build-node.js';
import { type DefinitionEditor } from './definition-editor.js';
import { property, type SamReader } from './sam-reader.js';
import { type Added, executeApiArn, permission, type SamResource } from './sam-resource.js';

/** The authorizers of an `AWS::Serverless::HttpApi`. */
export class HttpApiAuth {
  readonly #auth: Dictionary | undefined;
  readonly #authorizers: ReadonlyMap<string, Dictionary>;
  readonly #isIamEnabled: boolean;
  /** The name of an authorizer, or `AWS_IAM`. */
  readonly #default: string | undefined;

  /** @throws {CloudFormationError} an authorizer of the wrong form */
  constructor(
    private readonly reader: SamReader,
    private readonly api: SamResource,
  ) {
    this.#auth = reader.dictionary(property(api.properties, 'Auth'), 'Auth');
    const authorizers = reader.dictionary(property(this.#auth, 'Authorizers'), 'Auth.Authorizers');
    this.#authorizers = new Map(
      [...(authorizers?.entries ?? [])].flatMap(([name, { value }]): [string, Dictionary][] => {
        const authorizer = reader.dictionary(value, `Auth.Authorizers.${name}`);
        return authorizer === undefined ? [] : [[name, authorizer]];
      }),
    );
    this.#isIamEnabled = reader.isTrue(property(this.#auth, 'EnableIamAuthorizer'));
    this.#default = reader.text(property(this.#auth, 'DefaultAuthorizer'));
    if (this.#auth !== undefined && this.#default !== undefined && !this.#isKnown(this.#default)) {
      throw reader.stack.error(
        this.#auth,
        `Unable to set DefaultAuthorizer because '${this.#default}' was not defined in 'Authorizers'.`,
      );
    }
  }

  /** The requirement of an event with `Auth`. */
  requirement(auth: Dictionary): Part {
    const { reader } = this;
    const name = reader.text(property(auth, 'Authorizer')) ?? this.#default;
    const fail = (reason: string) => reader.stack.error(auth, reason);
    if (name === undefined) {
      throw fail(
        "'Auth' section requires either an explicit 'Authorizer' set or a 'DefaultAuthorizer' configured on the HttpApi.",
      );
    }
    if (name === 'NONE') {
      if (this.#default !== undefined) return { NONE: [] };
      throw fail("'NONE' is only a valid value when a DefaultAuthorizer on the API is specified.");
    }
    if (!this.#isKnown(name)) {
      throw fail(`Unable to set Authorizer [${name}] because it wasn't defined in the API's Authorizers.`);
    }
    // IAM knows no scopes
    if (name === 'AWS_IAM') return { AWS_IAM: [] };
    return { [name]: property(auth, 'AuthorizationScopes') ?? this.#scopesOf(name) };
  }

  /** Adds the security schemes, and the default authorizer to every operation without another. */
  addTo(editor: DefinitionEditor): void {
    const schemes = [...this.#authorizers].map(([name, item]) => [name, this.#scheme(name, item)] as const);
    editor.addSecuritySchemes({
      ...(this.#isIamEnabled && { AWS_IAM: IAM_SCHEME }),
      ...Object.fromEntries(schemes),
    });
    if (this.#default !== undefined) {
      editor.addDefaultSecurity({ [this.#default]: this.#scopesOf(this.#default) });
    }
  }

  /** The permissions to invoke the authorizers' functions, for those that ask for them. */
  permissions(): readonly Added[] {
    return [...this.#authorizers].flatMap(([name, authorizer]) => {
      const functionArn = property(authorizer, 'FunctionArn');
      const isAsked = this.reader.isTrue(property(authorizer, 'EnableFunctionDefaultPermissions'));
      if (functionArn === undefined || !isAsked) return [];
      const { logicalId } = this.api;
      const source = executeApiArn({ Ref: logicalId }, 'authorizers/*');
      return [permission(this.api, `${logicalId}${name}AuthorizerPermission`, functionArn, source)];
    });
  }

  #isKnown(name: string): boolean {
    return this.#authorizers.has(name) || (name === 'AWS_IAM' && this.#isIamEnabled);
  }

  #scopesOf(name: string): Part {
    return property(this.#authorizers.get(name), 'AuthorizationScopes') ?? [];
  }

  #scheme(name: string, authorizer: Dictionary): Part {
    const { reader } = this;
    const jwt = reader.dictionary(property(authorizer, 'JwtConfiguration'), 'JwtConfiguration');
    const identitySource = property(authorizer, 'IdentitySource');
    if (jwt !== undefined) {
      if (identitySource === undefined) {
        throw reader.stack.error(authorizer, `${name} OAuth2 Authorizer must define 'IdentitySource'.`);
      }
      const members = [...jwt.entries].map(([key, { value }]) => [key.toLowerCase(), value] as const);
      return {
        type: 'oauth2',
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          identitySource,
          jwtConfiguration: Object.fromEntries(members),
        },
      };
    }
    return {
      type: 'apiKey',
      name: 'Unused',
      in: 'header',
      'x-amazon-apigateway-authorizer': this.#lambdaAuthorizer(name, authorizer),
    };
  }

  #lambdaAuthorizer(name: string, authorizer: Dictionary): Part {
    const { reader } = this;
    const needed = (member: string): Node => {
      const node = property(authorizer, member);
      if (node !== undefined) return node;
      throw reader.stack.error(authorizer, `${name} Lambda Authorizer must define '${member}'.`);
    };
    const role = property(authorizer, 'FunctionInvokeRole');
    const isRole = role !== undefined && !(role.kind === 'scalar' && role.value === 'NONE');
    const identity = reader.dictionary(property(authorizer, 'Identity'), 'Identity');
    return {
      type: 'request',
      authorizerUri: invocationUri('__FunctionArn__', needed('FunctionArn')),
      authorizerCredentials: isRole ? role : undefined,
      authorizerResultTtlInSeconds: property(identity, 'ReauthorizeEvery'),
      identitySource: identity && this.#identitySources(identity),
      authorizerPayloadFormatVersion: needed('AuthorizerPayloadFormatVersion'),
      enableSimpleResponses: property(authorizer, 'EnableSimpleResponses'),
    };
  }

  #identitySources(identity: Dictionary): readonly Part[] {
    return Object.entries(IDENTITY_SOURCES).flatMap(([name, prefix]) =>
      (this.reader.list(property(identity, name), `Identity.${name}`) ?? []).map(
        (node) => `${prefix}${this.reader.text(node) ?? ''}`,
      ),
    );
  }
}

const IDENTITY_SOURCES = {
  Headers: '$request.header.',
  QueryStrings: '$request.querystring.',
  StageVariables: '$stageVariables.',
  Context: '$context.',
} as const;

const IAM_SCHEME: Part = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};

/** The URI by which API Gateway invokes a function. */
export const invocationUri = (variable: string, functionArn: Part): Part => ({
  'Fn::Sub': [
    `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${variable}}/invocations`,
    { [variable]: functionArn },
  ],
});
