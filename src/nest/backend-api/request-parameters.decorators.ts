import { Body, Param, type PipeTransform, Query, type Type } from '@nestjs/common';
import { ApiBody, ApiParam, ApiQuery } from '@nestjs/swagger';
import { type z } from 'zod';
import { jsonSchemaOf, nameOf, referenceTo } from '../json/json-schema.js';
import { RequestPipe } from './request.pipe.js';

/**
 * Parameters of the controllers' methods: each is checked with its schema, which the OpenAPI document has, too. Nest 12
 * has such parameters itself; Nest 11 does not.
 */

/** @param pipes further ones, after the schema */
export const PathSegment = (
  name: string,
  schema: z.ZodType,
  ...pipes: Type<PipeTransform>[]
): ParameterDecorator =>
  parameter(Param(name, new RequestPipe(schema, name), ...pipes), [ApiParam({ name, ...described(schema) })]);

/** All parameters of the query string, as an object. */
export const QueryString = (schema: z.ZodObject): ParameterDecorator =>
  parameter(
    Query(new RequestPipe(schema)),
    Object.entries(schema.shape).map(([name, value]) =>
      ApiQuery({ name, required: false, ...described(value as z.ZodType) }),
    ),
  );

/** @param schema with a name for the OpenAPI document */
export const JsonBody = (schema: z.ZodObject): ParameterDecorator =>
  parameter(Body(new RequestPipe(schema)), [ApiBody({ schema: referenceTo(nameOf(schema)!) })]);

function parameter(decorator: ParameterDecorator, documentation: MethodDecorator[]): ParameterDecorator {
  return (prototype, method, index) => {
    decorator(prototype, method, index);
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method!)!;
    for (const decorate of documentation) decorate(prototype, method!, descriptor);
  };
}

/** The description belongs to the parameter rather than to its schema. */
function described(schema: z.ZodType) {
  const { description, ...rest } = jsonSchemaOf(schema, { target: 'openapi-3.0', io: 'input' });
  return { schema: rest, ...(typeof description === 'string' && { description }) };
}
