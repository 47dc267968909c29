import 'reflect-metadata';
import { type DynamicModule, type Type } from '@nestjs/common';
import { ApplicationConfig, MetadataScanner, NestContainer } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { NoopGraphInspector } from '@nestjs/core/inspector/noop-graph-inspector.js';
import { DependenciesScanner } from '@nestjs/core/scanner.js';

/**
 * The providers and controllers of an application, by Nest's own scanner of modules, and without an instance of any of
 * them: nothing is opened, and no lifecycle hook is called. Nest's preview mode would do the same, but it sets the log of
 * the whole process.
 *
 * @throws {Error} Nest's own, for example for an import that is no module
 */
export async function scanModules(root: Type | DynamicModule): Promise<readonly InstanceWrapper[]> {
  const config = new ApplicationConfig();
  const container = new NestContainer(config);
  const scanner = new DependenciesScanner(container, new MetadataScanner(), NoopGraphInspector, config);
  await scanner.scan(root as Type);
  const modules = [...container.getModules().values()];
  return [
    ...new Set(
      modules.flatMap(({ providers, controllers }) => [...providers.values(), ...controllers.values()]),
    ),
  ];
}
