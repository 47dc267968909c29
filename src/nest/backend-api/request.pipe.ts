import { type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { describeIssue } from '../describe-issue.js';
import { Problem } from '../http/problem.js';
import { slicesOf } from '../json/json-slices.js';
import { isRecord, keepData, UnfitJsonError } from '../json/keep-data.js';

/**
 * Checks a part of a request with its schema. A body, which the service keeps as text, is parsed as JSON first, except
 * for the data in it.
 */
export class RequestPipe implements PipeTransform {
  /** @param name of a parameter of the path, for the detail of the problem */
  constructor(
    private readonly schema: z.ZodType,
    private readonly name?: string,
  ) {}

  /** @throws {Problem} `bad_request`, whose detail has the path of each issue */
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    const parsed = type === 'body' ? parseBody(value as string, this.schema) : value;
    const { data, error } = this.schema.safeParse(parsed, { error: describeIssue });
    if (error === undefined) return data;
    const reasons = shortened(error.issues.map(withPath));
    throw new Problem('bad_request', this.name === undefined ? reasons : `${this.name}: ${reasons}`);
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function withPath({ path, message }: Issue): string {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}

function parseBody(text: string, schema: z.ZodType): unknown {
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
