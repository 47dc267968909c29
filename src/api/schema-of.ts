import { type z } from 'zod';

/** Takes a schema whose output is exactly `Type`, and returns it; any other schema does not compile. */
export function schemaOf<Type>() {
  return <Schema extends z.ZodType>(
    schema: Schema &
      (IsSame<DeepReadonly<z.output<Schema>>, Type> extends true ? unknown : { readonly differsFrom: Type }),
  ): Schema => schema;
}

/** Also tells optional fields from missing ones, which mutual assignability does not. */
/* oxlint-disable typescript/no-unnecessary-type-parameters -- comparing generic functions compares types for identity */
type IsSame<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
/* oxlint-enable typescript/no-unnecessary-type-parameters */

/** zod's output types are not readonly. */
type DeepReadonly<T> = T extends string | number | boolean
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
