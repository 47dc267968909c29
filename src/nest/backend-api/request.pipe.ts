import {
  type ArgumentMetadata,
  Injectable,
  StandardSchemaValidationPipe,
  type StandardSchemaValidationPipeOptions,
} from '@nestjs/common';
import { z } from 'zod';
import { describeIssue } from '../describe-issue.js';
import { Problem } from '../http/problem.js';
import { slicesOf } from '../json/json-slices.js';
import { isRecord, keepData, UnfitJsonError } from '../json/keep-data.js';

/**
 * Parses a body, which the service keeps as text, as JSON, except for the data in it, and checks it and all other
 * parameters with their zod schemas.
 */
@Injectable()
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Problem('bad_request', shortened(issues.map(withPath))) });
  }

  /** @throws {Problem} `bad_request`, whose detail has the path of each issue */
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { type, data: name, schema } = metadata;
    if (type === 'body') return super.transform(parseBody(value as string, schema) as T, metadata);
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (error instanceof Problem && name !== undefined) {
        throw new Problem(error.code, `${name}: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  /** The standard's own `validate` would give zod's texts. */
  protected override validate<T>(value: unknown, schema: unknown): Validated<T> {
    const { data, error } = (schema as z.ZodType<T>).safeParse(value, { error: describeIssue });
    return error === undefined ? { value: data } : { issues: error.issues };
  }

  /** Nest would remove members called `constructor` or `prototype` from published data. */
  protected override stripProtoKeys(): void {}
}

type Issue = Parameters<NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']>>[0][number];

type Validated<T> = { readonly value: T } | { readonly issues: readonly Issue[] };

function withPath({ path = [], message }: Pick<Issue, 'path' | 'message'>): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}

function parseBody(text: string, schema: unknown): unknown {
  const value = parseJson(text);
  if (!isRecord(value) || !(schema instanceof z.ZodObject)) return value;
  try {
    keepData(value, slicesOf(text), schema);
  } catch (error) {
    if (error instanceof UnfitJsonError) throw new Problem('bad_request', shortened([withPath(error)]));
    throw error;
  }
  return value;
}

function parseJson(text: string): unknown {
  if (text.startsWith('\ufeff')) {
    throw new Problem('bad_request', 'the body begins with a byte order mark: expected JSON without one');
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('bad_request', shortened([`the body is not JSON: ${reason}`]), { cause });
  }
}

/** Reasons repeat keys that the sender chose. */
function shortened(reasons: readonly string[]): string {
  const text = reasons.join('; ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
