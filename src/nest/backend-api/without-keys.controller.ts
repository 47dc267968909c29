import { All, Controller } from '@nestjs/common';
import { Problem } from '../http/problem.js';

/** In place of the API for other backends while there are no `API_KEYS`: says how to get it. */
@Controller('v1')
export class WithoutKeysController {
  @All('*')
  refuse(): never {
    throw new Problem('not_found', 'The publish API and its page, /v1/docs, are served only with API_KEYS.');
  }
}
