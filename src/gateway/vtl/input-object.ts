import { parseExactJson } from '../mapping/exact-json.js';
import { ExpressionError } from '../mapping/expression-error.js';
import { parseJsonPath, valueAt } from '../mapping/json-path.js';
import { EMPTY_INPUT_BODY, MISSING_INPUT_PARAMETER, MISSING_INPUT_VALUE } from '../silent/vtl-choices.js';
import { jsonOf, TemplateObject, textOf, type Value } from './values.js';
import { takeSteps, takeStepsForEachCharacter } from './work.js';

/** The values behind `$input`. */
export interface TemplateInput {
  /** The client's message; in a response template the integration's response. Empty when there is none. */
  readonly body: string;
  /** Of the client's handshake, so only on `$connect`. */
  readonly params: InputParameters;
}

interface InputParameters {
  readonly path: Readonly<Record<string, string>>;
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
}

/**
 * `$input`
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export class InputObject extends TemplateObject {
  readonly #body: string;
  #json: { readonly value: Value } | undefined;

  constructor(private readonly input: TemplateInput) {
    super();
    this.#body = input.body === '' ? EMPTY_INPUT_BODY : input.body;
  }

  property(name: string): Value {
    return name === 'body' ? this.#body : null;
  }

  call(method: string, args: readonly Value[]): Value {
    switch (method) {
      case 'json':
        return jsonOf(this.#at(args[0]) ?? MISSING_INPUT_VALUE);
      case 'path':
        return this.#at(args[0]) ?? null;
      case 'params':
        return args.length === 0 ? this.#params() : this.#param(textOf(args[0]));
      default:
        return null;
    }
  }

  /** @param path `$.a.b`; in Jayway's JSONPath, which AWS uses, `a.b` means the same */
  #at(path: Value): Value {
    const text = textOf(path);
    takeStepsForEachCharacter(text);
    try {
      return valueAt(this.#parsed(), parseJsonPath(text.startsWith('$') ? text.slice(1) : `.${text}`));
    } catch (error) {
      throw error instanceof ExpressionError ? new Error(error.message, { cause: error }) : error;
    }
  }

  /** A value of this rendering alone, because templates can change values. */
  #parsed(): Value {
    try {
      this.#json ??= { value: parseExactJson(this.#body) };
      return this.#json.value;
    } catch (cause) {
      throw new Error('the body is not JSON', { cause });
    }
  }

  #params(): Value {
    const { path, querystring, header } = this.input.params;
    for (const values of [path, querystring, header]) takeSteps(Object.keys(values).length);
    return { path: { ...path }, querystring: { ...querystring }, header: { ...header } };
  }

  /** Searches in AWS's order. */
  #param(name: string): Value {
    const { path, querystring, header } = this.input.params;
    const found = [path, querystring, header].find((values) => Object.hasOwn(values, name));
    return found?.[name] ?? MISSING_INPUT_PARAMETER;
  }
}
