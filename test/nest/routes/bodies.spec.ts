import { describe, expect, it } from 'vitest';
import { PATHS } from '../../../src/api/integration.js';
import { startService } from '../../support/service-app.js';

/** Whatever a body holds, no controller leaves it to a parser. */
describe.each(Object.values(PATHS))('POST %s', (path) => {
  it.each([
    ['is not JSON despite its content type', 'hello'],
    ['is broken JSON', '{"action":'],
    ['is empty', ''],
  ])('serves a request whose body %s', async (_, body) => {
    await using service = await startService();
    const response = await service.post(path, 'alice=').send(body);
    expect(response).toMatchObject({ status: 200, text: '' });
  });

  it('refuses a body over 128 KB with a problem', async () => {
    await using service = await startService();
    const response = await service.post(path, 'alice=').send('x'.repeat(131_073));
    expect(response).toMatchObject({ status: 413, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ status: 413, code: 'body_too_large' });
  });
});
