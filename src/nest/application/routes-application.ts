import { type DynamicModule, Module, type ValueProvider } from '@nestjs/common';
import { type NestApplication } from '@nestjs/core';
import { NestFactoryStatic } from '@nestjs/core/nest-factory.js';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { type Config } from '../config/config.js';
import { HttpModule } from '../http/http.module.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { type Features } from '../options/features.js';
import { loadWith } from '../optional-package.js';
import { RoutesModule } from '../routes/routes.module.js';
import { ScopeAdapter } from './scope-adapter.js';

/** What the routes are made of. */
export interface RoutesParts {
  readonly config: Config;
  readonly features: Features;
  /** What the controllers inject: the instances of the application. */
  readonly providers: readonly ValueProvider[];
}

/** Adds the routes to a scope of the application's server. */
export interface AddRoutes {
  (scope: FastifyInstance): Promise<void>;
}

/**
 * Loads the routes of the module, before Fastify's time for a plugin runs.
 *
 * They are controllers of a Nest application of their own, so that the global guards, pipes, interceptors and filters of
 * the team's application, its global prefix and its versions do not apply to them. The instances that they inject are
 * those of the team's application, which alone calls their lifecycle hooks.
 *
 * @throws {ConfigError} a package that the features need is not installed
 */
export async function loadRoutes(parts: RoutesParts): Promise<AddRoutes> {
  const root = await rootModule(parts);
  const openApi = hasBackendApi(parts) ? await import('../backend-api/open-api.js') : undefined;
  return async (scope) => {
    const application = await new NestFactoryStatic().create<NestFastifyApplication>(
      root,
      new ScopeAdapter(scope),
      { bodyParser: false, abortOnError: false, autoFlushLogs: false },
    );
    application.setGlobalPrefix(parts.config.path);
    openApi?.serveOpenApi(application);
    // not init(), which would call the lifecycle hooks of the instances again
    const routes = application as unknown as NestApplication;
    await routes.registerModules();
    await routes.registerRouter();
    await routes.registerRouterHooks();
  };
}

@Module({})
class RoutesApplicationModule {}

@Module({})
class InstancesModule {}

async function rootModule(parts: RoutesParts): Promise<DynamicModule> {
  const { features, providers } = parts;
  return {
    module: RoutesApplicationModule,
    imports: [
      { module: InstancesModule, global: true, providers: [...providers], exports: [...providers] },
      HttpModule,
      RoutesModule,
      ...(features.health ? [await healthModule()] : []),
      ...(hasBackendApi(parts) ? [await backendApiModule()] : []),
    ],
    controllers: features.metrics ? [MetricsController] : [],
  };
}

const hasBackendApi = ({ config, features }: RoutesParts) =>
  features.backendApi && config.backendApi.keys.length > 0;

async function healthModule() {
  const { HealthModule } = await loadWith(
    'features.health',
    () => import('../operation/health.module.js'),
    ', or leave the health checks out with features: { health: false }',
  );
  return HealthModule;
}

/** Loaded only if it is served: with its OpenAPI description, that takes a tenth of a second. */
async function backendApiModule() {
  const { BackendApiModule } = await loadWith(
    'features.backendApi',
    () => import('../backend-api/backend-api.module.js'),
  );
  return BackendApiModule;
}
