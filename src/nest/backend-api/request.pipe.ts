import {
  type ArgumentMetadata,
  Injectable,
  StandardSchemaValidationPipe,
  type StandardSchemaValidationPipeOptions,
} from '@nestjs/common';
import { Problem } from '../http/problem.js';

/**
 * Reads a body as JSON, which reaches the controllers as text, and checks it, and every other part of a request, by the
 * schema that its parameter names.
 */
@Injectable()
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Problem('bad_request', shortened(issues.map(describe))) });
  }

  /** @throws {Problem} `bad_request`, which says where */
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

  /** Nest would take members called `constructor` or `prototype` out of what is published. */
  protected override stripProtoKeys(): void {}
}

type Issue = Parameters<NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']>>[0][number];

/** Where, and what was expected there. */
function describe({ path = [], message }: Issue): string {
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
