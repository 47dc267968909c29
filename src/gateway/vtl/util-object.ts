import { parseExactJson } from '../mapping/exact-json.js';
import { TemplateObject, textOf, type Value } from './values.js';
import { takeSteps, takeStepsForEachCharacter } from './work.js';

/**
 * `$util`
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export class UtilObject extends TemplateObject {
  property(): Value {
    return null;
  }

  call(method: string, [arg = null]: readonly Value[]): Value {
    if (!Object.hasOwn(FUNCTIONS, method)) return null;
    if (arg === null) return null;
    const text = textOf(arg);
    takeStepsForEachCharacter(text);
    return FUNCTIONS[method]?.(text) ?? null;
  }
}

const FUNCTIONS: Readonly<Record<string, (text: string) => Value>> = {
  escapeJavaScript: (text) => text.replaceAll(/['"\\/]|[^ -~]/g, escaped),
  parseJson,
  urlEncode: (text) => new URLSearchParams([['', text]]).toString().slice(1),
  urlDecode: (text) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch (cause) {
      throw new Error(`$util.urlDecode: the text is not URL-encoded`, { cause });
    }
  },
  base64Encode: (text) => Buffer.from(text, 'utf8').toString('base64'),
  base64Decode: (text) => Buffer.from(text, 'base64').toString('utf8'),
};

function parseJson(text: string): Value {
  takeSteps(text.length * 4);
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new Error('$util.parseJson: the text is not JSON', { cause });
  }
}

const SHORT: Readonly<Record<string, string>> = { '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' };

/** As Apache Commons does, `'` and `/` included. */
function escaped(character: string): string {
  if (/['"\\/]/.test(character)) return `\\${character}`;
  const short = SHORT[character];
  if (short !== undefined) return `\\${short}`;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
