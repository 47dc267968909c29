// The service as built, with other constants than it has, such as shorter times: `service-with-constants.ts JSON`
import { join } from 'node:path';

const DIST = process.env.BACKCHANNEL_DIST ?? join(import.meta.dirname, '../../dist');
const load = async <T>(file: string) => (await import(join(DIST, file))) as T;

const { runService } =
  await load<typeof import('../../src/service/run-service.js')>('service/run-service.js');
const { CONSTANTS } =
  await load<typeof import('../../src/nest/config/constants.js')>('nest/config/constants.js');
const [constants = '{}'] = process.argv.slice(2);
await runService({ constants: { ...CONSTANTS, ...(JSON.parse(constants) as Partial<typeof CONSTANTS>) } });
