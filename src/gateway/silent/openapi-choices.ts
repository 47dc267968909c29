import { type ChoiceTable, count, megabytes } from './choice-table.js';

/** Size of an OpenAPI definition. Documented for REST APIs; no number is known for HTTP APIs. */
export const DEFINITION_BYTES = 6 * 1024 * 1024;

/** Values of a definition with its YAML aliases expanded, which multiply. */
export const DEFINITION_VALUES = 500_000;

/** Payload of an imported integration that names none, as in an exported REST API. The extension calls it required. */
export const IMPORTED_PAYLOAD = '1.0';

/** Texts of an import. */
export const IMPORT_TEXTS = {
  /** 400; the beginning is AWS's for warnings (https://github.com/aws/aws-sam-cli/issues/2410). */
  errors: (problems: readonly string[]) => `Errors found during import:\n\t${problems.join('\n\t')}`,
  warnings: (problems: readonly string[]) => `Warnings found during import:\n\t${problems.join('\n\t')}`,
  /** The first two are AWS's (https://github.com/aws/aws-sam-cli/issues/2410). */
  authorizer: (name: string, why: string) => `Unable to create Authorizer '${name}': ${why}. Ignoring.`,
  method: (method: string, path: string, why: string) =>
    `Unable to put method '${method}' on resource at path '${path}': ${why}. Ignoring.`,
  integration: (where: string, why: string) => `Unable to put integration on ${where}: ${why}. Ignoring.`,
  /** AWS's (https://github.com/aws/serverless-application-model/issues/2297). */
  noSlash: (path: string) => `Parse issue: attribute paths. Resource ${path} should start with /`,
  /** AWS's for a JWT authorizer that could not be created (https://github.com/aws/aws-sam-cli/issues/2410). */
  noAuthorizer:
    'Invalid authorizer definition. Setting the authorization type to JWT requires a valid authorizer',
} as const;

/** The version in an exported definition of an API without one: the time of its creation, as AWS's exports have it. */
export const exportedVersion = (createdDate: string): string =>
  createdDate.replace('T', ' ').replace(/Z$/, 'UTC');

/** Choices about importing and exporting OpenAPI definitions, where AWS is silent or contradicts itself. */
export const OPENAPI_CHOICES: ChoiceTable = {
  title: 'OpenAPI definitions of HTTP APIs',
  rows: [
    {
      question: 'size of a definition; with its YAML aliases expanded',
      choice: `${megabytes(DEFINITION_BYTES)}; ${count(DEFINITION_VALUES)} values`,
      because: 'the quota of REST APIs; aliases of aliases multiply',
    },
    {
      question: '`$ref` to a file or a URL, where an import follows references',
      choice: '400',
      because: 'nothing outside the definition is read',
      where: 'control/openapi/definition.ts',
    },
    {
      question: 'OpenAPI 3.1; `x-amazon-apigateway-importexport-version` other than 1.0',
      choice: '400',
      because: 'documented: OpenAPI 3.0, and 1.0 only',
      where: 'control/openapi/api-settings.ts',
    },
    {
      question: 'an integration without `payloadFormatVersion`',
      choice: IMPORTED_PAYLOAD,
      because: 'exported REST APIs have none, and their import is documented',
    },
    {
      question: 'an integration that is refused',
      choice: 'a warning; the route is created without it',
      because: 'documented is only that the import continues',
      where: 'control/openapi/import-routes.ts',
    },
    {
      question: 'a route whose authorizer is refused, or whose scheme has no authorizer',
      choice: 'a warning; the route is not created',
      because: 'recorded for refused authorizers, and a route must not be open by accident',
      where: 'control/openapi/import-security.ts',
    },
    {
      question: 'authorizers and integrations in `components` that no operation uses',
      choice: 'created',
      because: 'an export is imported as it was',
      where: 'control/openapi/import-api.ts',
    },
    {
      question: '`security` of the whole definition',
      choice: 'holds for operations without their own',
      because: 'the meaning in OpenAPI',
      where: 'control/openapi/import-security.ts',
    },
    {
      question: 'the requirement `NONE` without such a scheme',
      choice: 'no authorization',
      because: 'SAM writes it so',
      where: 'control/openapi/import-security.ts',
    },
    {
      question: '`operationId` over 64 characters',
      choice: 'a warning; the route has no `OperationName`',
      because: 'the limit of that field',
      where: 'control/openapi/import-routes.ts',
    },
    {
      question: 'a path that does not begin with `/`, other than `$default`',
      choice: 'a warning; not created',
      where: 'control/openapi/import-routes.ts',
    },
    {
      question: 'an export without extensions',
      choice: 'has no `ANY` and no `$default` routes',
      because: 'OpenAPI itself cannot express them',
      where: 'control/openapi/export-routes.ts',
    },
    {
      question: 'an export of a stage to which nothing is deployed; of a WebSocket API',
      choice: '400',
      where: 'control/openapi/export-api.ts',
    },
    {
      question: 'other properties of an `AWS::ApiGatewayV2::Api` with `Body`',
      choice: 'take the place of those in the definition',
      because: 'documented is only that they can be given',
      where: 'control/openapi/import-api.ts',
    },
  ],
};
