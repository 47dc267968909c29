import { type MetadataScanner } from '@nestjs/core';
import { type InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';

/** A method that has metadata of one of our decorators. */
export interface DecoratedMethod<Metadata> {
  readonly method: string;
  readonly metadata: Metadata;
}

/**
 * The methods of a provider or controller with metadata of a decorator. There need not be an instance.
 *
 * @param key of the metadata
 */
export function decoratedMethods<Metadata>(
  { metatype, isAlias }: InstanceWrapper,
  scanner: MetadataScanner,
  key: string,
): readonly DecoratedMethod<Metadata>[] {
  const prototype = (metatype as { readonly prototype?: Record<string, object> } | null)?.prototype;
  if (prototype === undefined || isAlias) return [];
  return scanner.getAllMethodNames(prototype).flatMap((method) => {
    const metadata = Reflect.getMetadata(key, prototype[method]!) as Metadata | undefined;
    return metadata === undefined ? [] : [{ method, metadata }];
  });
}
