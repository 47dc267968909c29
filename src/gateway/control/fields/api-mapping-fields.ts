import { text } from './field-kinds.js';
import { type Stored } from './fields.js';

export const API_MAPPING_FIELDS = {
  ApiId: text({ min: 1 }),
  Stage: text({ min: 1, max: 128 }),
  /** Beginning of the path; the empty mapping key stands for all other paths. */
  ApiMappingKey: text({
    max: 300,
    // several segments are for HTTP and REST APIs only (H1.15):
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
    pattern: /^([A-Za-z0-9$_.+!*'()-]+(\/[A-Za-z0-9$_.+!*'()-]+)*)?$/,
    form: "segments of a path, of letters, digits and $-_.+!*'(), separated by slashes",
  }),
};

export type ApiMapping = Stored<typeof API_MAPPING_FIELDS, keyof typeof API_MAPPING_FIELDS> & {
  readonly ApiMappingId: string;
};
