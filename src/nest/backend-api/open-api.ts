import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { namedSchemas } from '../json/json-schema.js';
import { BackendApiModule } from './backend-api.module.js';
import * as requests from './request-schemas.js';
import * as responses from './response-schemas.js';

/** Serves the OpenAPI document and a page that shows it, both without a key: nothing in them is secret. */
export function serveOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('v1/docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'v1/openapi.json',
    raw: ['json'],
    useGlobalPrefix: true,
    customSiteTitle: 'Backchannel backend API',
  });
}

function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Backchannel backend API')
    .setDescription(
      'Other backends publish to channels, send to connections and users, disconnect them, and read what is stored.',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The service that serves this document.')
    .addTag('Channels', 'Publish to channels, and read their members and their logs.')
    .addTag('Connections', 'Read, close and send to one connection; move clients to other connections.')
    .addTag('Users', 'Read, close and send to all connections of a user.')
    .addTag('Counts', 'Numbers of the whole store.')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'API key', description: 'A key of `API_KEYS`.' },
      'apiKey',
    )
    .addSecurityRequirements('apiKey')
    .build();
  const document = SwaggerModule.createDocument(app, description, {
    include: [BackendApiModule],
    operationIdFactory: (_controller, method) => method,
  });
  return { ...document, components: { ...document.components, schemas: schemas() } };
}

/** The bodies of requests and responses, by their names. Problems are responses, too. */
function schemas(): Readonly<Record<string, object>> {
  const target = 'openapi-3.0';
  const schemasIn = (file: object) => Object.values(file).filter((each) => each instanceof z.ZodType);
  return {
    ...namedSchemas(schemasIn(requests), { target, io: 'input' }),
    ...namedSchemas(schemasIn(responses), { target, io: 'output' }),
  };
}
