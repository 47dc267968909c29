import assert from 'node:assert/strict';
import {
  BadRequestException,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeyCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  NotFoundException,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi, refusal, serveControlApiPerTest } from '../serve-control-api.js';

const served = serveControlApiPerTest();

const VALUE = 'a-value-of-twenty-chars';

const createKey = async (name = 'mobile', value?: string) => {
  const key = await served.v1.send(new CreateApiKeyCommand({ name, enabled: true, value }));
  assert(key.id !== undefined && key.value !== undefined);
  return { id: key.id, value: key.value };
};

describe('API keys', () => {
  it('returns 201, a value and AWS’s defaults for a creation', async () => {
    const { $metadata, id, value, createdDate, lastUpdatedDate, ...key } = await served.v1.send(
      new CreateApiKeyCommand({ name: 'mobile' }),
    );
    expect($metadata.httpStatusCode).toBe(201);
    expect([id, value]).toEqual([expect.stringMatching(/^[a-z0-9]{10}$/), expect.stringMatching(/^\w{40}$/)]);
    expect([createdDate, lastUpdatedDate]).toEqual([expect.any(Date), expect.any(Date)]);
    expect(key).toEqual({ name: 'mobile', enabled: false, stageKeys: [], tags: {} });
  });

  it('returns the value only on request', async () => {
    const { id: apiKey } = await createKey('mobile', VALUE);
    const values = await Promise.all(
      [undefined, false, true].map(async (includeValue) => {
        const { value } = await served.v1.send(new GetApiKeyCommand({ apiKey, includeValue }));
        return value;
      }),
    );
    expect(values).toEqual([undefined, undefined, VALUE]);
  });

  it('lists those whose name has a prefix, with values on request', async () => {
    await createKey('mobile', VALUE);
    await createKey('web');
    const { items = [] } = await served.v1.send(
      new GetApiKeysCommand({ nameQuery: 'mob', includeValues: true }),
    );
    expect(items).toMatchObject([{ name: 'mobile', value: VALUE }]);
  });

  it('lists in pages', async () => {
    for (const name of ['a', 'b', 'c']) await createKey(name);
    const first = await served.v1.send(new GetApiKeysCommand({ limit: 2 }));
    const second = await served.v1.send(new GetApiKeysCommand({ limit: 2, position: first.position }));
    const names = [...(first.items ?? []), ...(second.items ?? [])].map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(['a', 'b', 'c']));
    expect(second.position).toBeUndefined();
  });

  it('returns 409 for a value that another key has', async () => {
    await createKey('mobile', VALUE);
    await expect(createKey('web', VALUE)).rejects.toBeInstanceOf(ConflictException);
  });

  it('is renamed, described and disabled by patch operations', async () => {
    const { id: apiKey } = await createKey();
    const updated = await served.v1.send(
      new UpdateApiKeyCommand({
        apiKey,
        patchOperations: [
          { op: 'replace', path: '/name', value: 'web' },
          { op: 'replace', path: '/description', value: 'for browsers' },
          { op: 'replace', path: '/enabled', value: 'false' },
        ],
      }),
    );
    expect(updated).toMatchObject({ name: 'web', description: 'for browsers', enabled: false });
  });

  it.each([
    ['a value', { op: 'replace', path: '/value', value: VALUE }],
    ['enabled to what is neither true nor false', { op: 'replace', path: '/enabled', value: 'yes' }],
    ['a name by removing it', { op: 'remove', path: '/name' }],
  ] as const)('does not patch %s', async (_, operation) => {
    const { id: apiKey } = await createKey();
    const update = new UpdateApiKeyCommand({ apiKey, patchOperations: [operation] });
    await expect(served.v1.send(update)).rejects.toBeInstanceOf(BadRequestException);
  });

  it('does not return a deleted key', async () => {
    const { id: apiKey } = await createKey();
    const { $metadata } = await served.v1.send(new DeleteApiKeyCommand({ apiKey }));
    expect($metadata.httpStatusCode).toBe(202);
    await expect(served.v1.send(new GetApiKeyCommand({ apiKey }))).rejects.toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['with a value of 19 characters', { value: 'x'.repeat(19) }],
    ['with a value of 129 characters', { value: 'x'.repeat(129) }],
    ['with enabled as a string', { enabled: 'true' }],
  ])('refuses a key %s', async (_, flaw) => {
    const response = await served.send('POST', '/apikeys', { name: 'mobile', ...flaw });
    expect(refusal(response)).toEqual({ status: 400, errorType: 'BadRequestException' });
  });
});

describe('usage plans', () => {
  let apiId: string;
  beforeEach(async () => {
    apiId = await createApi(served);
    for (const stageName of ['dev', 'prod']) {
      await served.send('POST', `/v2/apis/${apiId}/stages`, { stageName });
    }
  });

  const createPlan = async (settings: object = { apiStages: [{ apiId, stage: 'dev' }] }) => {
    const { id } = await served.v1.send(new CreateUsagePlanCommand({ name: 'basic', ...settings }));
    assert(id);
    return id;
  };
  const join = (usagePlanId: string, keyId: string) =>
    served.v1.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  const patch = (
    usagePlanId: string,
    ...operations: [op: 'add' | 'remove' | 'replace', path: string, value?: string][]
  ) =>
    served.v1.send(
      new UpdateUsagePlanCommand({
        usagePlanId,
        patchOperations: operations.map(([op, path, value]) => ({ op, path, value })),
      }),
    );

  it('returns 201 and the fields of the request for a creation', async () => {
    const settings = {
      name: 'basic',
      apiStages: [{ apiId, stage: 'dev' }],
      throttle: { burstLimit: 5, rateLimit: 0.5 },
      quota: { limit: 1000, period: 'DAY' as const },
    };
    const { $metadata, id, ...plan } = await served.v1.send(new CreateUsagePlanCommand(settings));
    expect($metadata.httpStatusCode).toBe(201);
    expect(id).toMatch(/^[a-z0-9]{6}$/);
    expect(plan).toEqual({ ...settings, tags: {} });
  });

  it('lists those that have a key', async () => {
    const usagePlanId = await createPlan();
    await createPlan();
    const { id: keyId } = await createKey();
    await join(usagePlanId, keyId);
    const { items = [] } = await served.v1.send(new GetUsagePlansCommand({ keyId }));
    expect(items.map(({ id }) => id)).toEqual([usagePlanId]);
  });

  it('changes stages and limits by patch operations', async () => {
    const usagePlanId = await createPlan({});
    await patch(
      usagePlanId,
      ['add', '/apiStages', `${apiId}:dev`],
      ['add', '/apiStages', `${apiId}:prod`],
      ['remove', '/apiStages', `${apiId}:dev`],
      ['replace', '/throttle/rateLimit', '10.5'],
      ['replace', '/throttle/burstLimit', '20'],
      ['replace', '/name', 'renamed'],
    );
    const plan = await served.v1.send(new GetUsagePlanCommand({ usagePlanId }));
    expect(plan).toMatchObject({
      name: 'renamed',
      apiStages: [{ apiId, stage: 'prod' }],
      throttle: { rateLimit: 10.5, burstLimit: 20 },
    });
    expect((await patch(usagePlanId, ['remove', '/throttle'])).throttle).toBeUndefined();
  });

  it('changes nothing when one of several patch operations is refused', async () => {
    const usagePlanId = await createPlan();
    const patched = patch(
      usagePlanId,
      ['replace', '/name', 'renamed'],
      ['replace', '/throttle/rateLimit', 'x'],
    );
    await expect(patched).rejects.toBeInstanceOf(BadRequestException);
    expect((await served.v1.send(new GetUsagePlanCommand({ usagePlanId }))).name).toBe('basic');
  });

  it('refuses limits of single methods, which it does not support', async () => {
    const throttle = { '/join/POST': { burstLimit: 1, rateLimit: 1 } };
    const created = createPlan({ apiStages: [{ apiId, stage: 'dev', throttle }] });
    await expect(created).rejects.toMatchObject({
      name: 'BadRequestException',
      message: 'apiStages[0].throttle is not supported by this gateway: leave it out',
    });
    const id = await createPlan();
    const path = `/apiStages/${apiId}:dev/throttle/~1join~1POST/rateLimit`;
    await expect(patch(id, ['replace', path, '1'])).rejects.toHaveProperty('name', 'BadRequestException');
  });

  it('returns 404 for a stage that does not exist', async () => {
    await expect(createPlan({ apiStages: [{ apiId, stage: 'test' }] })).rejects.toBeInstanceOf(
      NotFoundException,
    );
    await expect(patch(await createPlan(), ['add', '/apiStages', `${apiId}:test`])).rejects.toBeInstanceOf(
      NotFoundException,
    );
  });

  it('is not deleted before its stages are removed', async () => {
    const usagePlanId = await createPlan();
    const deletion = () => served.v1.send(new DeleteUsagePlanCommand({ usagePlanId }));
    await expect(deletion()).rejects.toBeInstanceOf(BadRequestException);
    await patch(usagePlanId, ['remove', '/apiStages', `${apiId}:dev`]);
    expect((await deletion()).$metadata.httpStatusCode).toBe(202);
  });

  it('has keys, each once', async () => {
    const usagePlanId = await createPlan();
    const { id: keyId, value } = await createKey();
    const { $metadata, ...member } = await join(usagePlanId, keyId);
    expect($metadata.httpStatusCode).toBe(201);
    expect(member).toEqual({ id: keyId, type: 'API_KEY', name: 'mobile', value });
    const { items } = await served.v1.send(new GetUsagePlanKeysCommand({ usagePlanId }));
    expect(items).toEqual([member]);
    await expect(join(usagePlanId, keyId)).rejects.toBeInstanceOf(ConflictException);
  });

  it('loses a key that is deleted', async () => {
    const usagePlanId = await createPlan();
    const { id: keyId } = await createKey();
    await join(usagePlanId, keyId);
    await served.v1.send(new DeleteApiKeyCommand({ apiKey: keyId }));
    const { items } = await served.v1.send(new GetUsagePlansCommand({ keyId }));
    expect(items).toEqual([]);
  });

  it('allows a key in two plans, but not for the same stage', async () => {
    const { id: keyId } = await createKey();
    await join(await createPlan(), keyId);
    await expect(join(await createPlan(), keyId)).rejects.toBeInstanceOf(ConflictException);
    const other = await createPlan({ apiStages: [{ apiId, stage: 'prod' }] });
    await join(other, keyId);
    await expect(patch(other, ['add', '/apiStages', `${apiId}:dev`])).rejects.toBeInstanceOf(
      ConflictException,
    );
  });

  it('returns 404 for a key that does not exist', async () => {
    await expect(join(await createPlan(), 'nosuchkey0')).rejects.toBeInstanceOf(NotFoundException);
  });

  it('removes a key, which itself remains', async () => {
    const usagePlanId = await createPlan();
    const { id: keyId } = await createKey();
    await join(usagePlanId, keyId);
    await served.v1.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId }));
    const get = served.v1.send(new GetUsagePlanKeyCommand({ usagePlanId, keyId }));
    await expect(get).rejects.toBeInstanceOf(NotFoundException);
    expect((await served.v1.send(new GetApiKeyCommand({ apiKey: keyId }))).id).toBe(keyId);
  });

  it('returns 405 for an update of one of its keys', async () => {
    const path = `/usageplans/${await createPlan()}/keys/abc`;
    expect((await served.send('PATCH', path, {})).headers.get('Allow')).toBe('DELETE, GET');
  });

  describe('open a stage to a key', () => {
    const opens = (stage: string, value: string) => served.controlPlane.apiKeyAt(apiId, stage, value);

    it('that is enabled and a member of a plan for the stage, with its limits', async () => {
      const { id, value } = await createKey();
      const throttle = { burstLimit: 5, rateLimit: 0.5 };
      await join(await createPlan({ apiStages: [{ apiId, stage: 'dev' }], throttle }), id);
      expect(opens('dev', value)).toEqual({ id, value, throttle });
    });

    it('without limits when the plan has none', async () => {
      const { id, value } = await createKey();
      await join(await createPlan(), id);
      expect(opens('dev', value)).toEqual({ id, value });
    });

    it('with a limit on one thing only', async () => {
      const { id, value } = await createKey();
      await join(await createPlan({ apiStages: [{ apiId, stage: 'dev' }], throttle: { rateLimit: 1 } }), id);
      expect(opens('dev', value)?.throttle).toEqual({ rateLimit: 1, burstLimit: Infinity });
    });

    it('but not another stage', async () => {
      const { id, value } = await createKey();
      await join(await createPlan(), id);
      expect(opens('prod', value)).toBeUndefined();
    });

    it('but not to a key without a plan', async () => {
      const { value } = await createKey();
      await createPlan();
      expect(opens('dev', value)).toBeUndefined();
    });

    it('but not to a disabled key', async () => {
      const { id, value } = await createKey();
      await join(await createPlan(), id);
      const patchOperations = [{ op: 'replace' as const, path: '/enabled', value: 'false' }];
      await served.v1.send(new UpdateApiKeyCommand({ apiKey: id, patchOperations }));
      expect(opens('dev', value)).toBeUndefined();
    });

    it('but not to an unknown value', async () => {
      const { id } = await createKey();
      await join(await createPlan(), id);
      expect(opens('dev', VALUE)).toBeUndefined();
    });
  });
});
