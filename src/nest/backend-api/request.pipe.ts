import {
  type ArgumentMetadata,
  Injectable,
  StandardSchemaValidationPipe,
  type StandardSchemaValidationPipeOptions,
} from '@nestjs/common';
import { type z } from 'zod';
import { describeIssue } from '../describe-issue.js';
import { Problem } from '../http/problem.js';

/**
 * Parses a body, which the service keeps as text, as JSON, and checks it and all other parameters with their zod
 * schemas.
 */
@Injectable()
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Problem('bad_request', shortened(issues.map(withPath))) });
  }

  /** @throws {Problem} `bad_request`, whose detail has the path of each issue */
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { type, data: name } = metadata;
    if (type === 'body') return super.transform(parseJson(value) as T, metadata);
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

function withPath({ path = [], message }: Issue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}

function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
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
