import { type MetadataScanner } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type HandledMessages, HANDLED_MESSAGES } from './handler-decorators.js';

/** A method with `@OnMessage`. */
export interface HandlerMethod extends HandledMessages {
  readonly method: string;
}

/** The methods of a provider or controller with `@OnMessage`, by their metadata: there need not be an instance. */
export function handlerMethods(
  { metatype, isAlias }: InstanceWrapper,
  scanner: MetadataScanner,
): readonly HandlerMethod[] {
  const prototype = (metatype as { readonly prototype?: Record<string, object> } | null)?.prototype;
  if (prototype === undefined || isAlias) return [];
  return scanner.getAllMethodNames(prototype).flatMap((method) => {
    const handled = Reflect.getMetadata(HANDLED_MESSAGES, prototype[method]!) as HandledMessages | undefined;
    return handled === undefined ? [] : [{ method, ...handled }];
  });
}
