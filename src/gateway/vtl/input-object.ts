import { ExpressionError } from '../mapping/expression-error.js';
import { parseJsonPath, valueAt } from '../mapping/json-path.js';
import { jsonOf, TemplateObject, textOf, type Value } from './values.js';

/** What `$input` is about. */
export interface TemplateInput {
  /** The client's message, or in a response template the integration's answer; empty when there is none. */
  readonly body: string;
  /** Of the client's handshake, hence on `$connect` only. */
  readonly params: InputParameters;
}

export interface InputParameters {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
}

/**
 * `$input`. Without a body it is that of `{}`, as a REST API's templates show for a GET; not documented for WebSocket APIs.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export class InputVariable extends TemplateObject {
  readonly #body: string;
  #json: { readonly value: Value } | undefined;

  constructor(private readonly input: TemplateInput) {
    super();
    this.#body = input.body === '' ? '{}' : input.body;
  }

  property(name: string): Value {
    return name === 'body' ? this.#body : null;
  }

  call(method: string, args: readonly Value[]): Value {
    switch (method) {
      case 'json':
        // what is not there gives an empty text; known of REST APIs
        return jsonOf(this.#at(args[0]) ?? '');
      case 'path':
        return this.#at(args[0]) ?? null;
      case 'params':
        return args.length === 0 ? this.#params() : this.#param(textOf(args[0]));
      default:
        return null;
    }
  }

  /** @param path `$.a.b`; Jayway's JSONPath, which AWS uses, reads `a.b` as the same */
  #at(path: Value): Value {
    const text = textOf(path);
    try {
      return valueAt(this.#parsed(), parseJsonPath(text.startsWith('$') ? text.slice(1) : `.${text}`));
    } catch (error) {
      throw error instanceof ExpressionError ? new Error(error.message, { cause: error }) : error;
    }
  }

  /** A value of our own: a template may change what it is given. */
  #parsed(): Value {
    try {
      this.#json ??= { value: JSON.parse(this.#body) as unknown };
      return this.#json.value;
    } catch (cause) {
      throw new Error('the body is no JSON', { cause });
    }
  }

  #params(): Value {
    const { path, querystring, header } = this.input.params;
    return { path: { ...path }, querystring: { ...querystring }, header: { ...header } };
  }

  /** In AWS's order. */
  #param(name: string): Value {
    const { path, querystring, header } = this.input.params;
    const found = [path, querystring, header].find((values) => Object.hasOwn(values, name));
    return found?.[name] ?? '';
  }
}
