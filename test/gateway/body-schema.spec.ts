import { expect, it } from 'vitest';
import { advanceMs, ClockAdvance } from '../../src/gateway/admin/clock-advance.js';
import { type BodySchema } from '../../src/gateway/body-schema.js';
import { FaultSettings } from '../../src/gateway/faults.js';

const problemsOf = (schema: BodySchema<unknown>, body: string) => {
  const result = schema.check(JSON.parse(body));
  return 'problems' in result ? result.problems : [];
};

it.each([
  [FaultSettings, '{"seed":1,"throttle":{"rate":0.5},"latencyMs":{"callback":1},"vpcLinkDown":["*"]}', []],
  [FaultSettings, 'null', ['the body must be an object such as {"throttle": {"rate": 0.1}}, not null']],
  [
    FaultSettings,
    '{"latencyMs":{"calback":1,"integrations":2},"throttle":{}}',
    [
      'latencyMs has no field calback, integrations: it may have callback, integration',
      'throttle.rate must be a number from 0 to 1, not left out',
    ],
  ],
  [
    FaultSettings,
    '{"__proto__":1,"constructor":2,"a/b~c":3}',
    [
      'the body has no field __proto__, constructor, a/b~c: it may have seed, throttle, latencyMs, disconnect, vpcLinkDown, integrationFailure, route, connectionId',
    ],
  ],
  [
    FaultSettings,
    `{"vpcLinkDown":["a","",{}],"disconnect":"${'x'.repeat(80)}"}`,
    [
      'vpcLinkDown.1 must be a list of VPC link ids, or ["*"] for every link, not ""',
      'vpcLinkDown.2 must be a list of VPC link ids, or ["*"] for every link, not an object',
      `disconnect must be "drop", "duplicate" or null, not "${'x'.repeat(59)}…`,
    ],
  ],
  [ClockAdvance, '{"advance":"30d"}', []],
  [ClockAdvance, '{"advanced":"1d"}', ['the body has no field advanced: it may have advanceMs, advance']],
  [
    ClockAdvance,
    '{"advance":"31d"}',
    [
      'advance must be a number with the unit ms, s, m, h or d, at most 30 days, such as "2h" or "10m", not "31d"',
    ],
  ],
] as const)('%# names what is wrong in %s', (schema, body, problems) => {
  expect([...problemsOf(schema, body)].toSorted()).toEqual([...problems].toSorted());
});

it('names many unknown fields in one problem', () => {
  const names = Array.from({ length: 8_000 }, (_, index) => `f${index}`);
  const body = JSON.stringify(Object.fromEntries(names.map((name) => [name, 1])));
  expect(problemsOf(FaultSettings, body)).toEqual([expect.stringContaining(names.join(', '))]);
});

it.each([
  [{ advanceMs: 0 }, 0],
  [{ advance: '2h' }, 7_200_000],
])('%j is %d ms', (body, ms) => {
  expect(advanceMs(body)).toBe(ms);
});

it.each([FaultSettings, ClockAdvance])('a schema is plain JSON, for an OpenAPI document', ({ json }) => {
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});
