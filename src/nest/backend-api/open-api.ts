import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { BackendApiModule } from './backend-api.module.js';

/** Serves the OpenAPI document and a page that shows it, both without a key: nothing in them is secret. */
export function serveOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('v1/docs', app, () => describeApi(app), {
    jsonDocumentUrl: 'v1/openapi.json',
    raw: ['json'],
    useGlobalPrefix: true,
    customSiteTitle: 'Backchannel backend API',
  });
}

function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Backchannel backend API')
    .setDescription(
      'Other backends publish to channels, send to connections and users, disconnect them, and read what is stored.',
    )
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'API key', description: 'A key of `API_KEYS`.' },
      'apiKey',
    )
    .addSecurityRequirements('apiKey')
    .build();
  return SwaggerModule.createDocument(app, description, {
    include: [BackendApiModule],
    operationIdFactory: (_controller, method) => method,
  });
}
