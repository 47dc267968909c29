import { describe, expect, it } from 'vitest';
import { type Bill, billOf } from '../../../src/gateway/cost/bill.js';
import { savingsOf } from '../../../src/gateway/cost/savings.js';
import { type StackParts, stackPartsOf } from '../../../src/gateway/cost/stack-parts.js';
import { type Workload } from '../../../src/gateway/cost/workload.js';
import { PRICES } from '../../../src/gateway/prices.js';

const BROADCAST: Workload = {
  connections: 10_000,
  messagesPerMinute: 1,
  bytes: 1024,
  fanOut: 10_000,
  publishers: 'backends',
  replies: 'none',
  messagesPerPost: 1,
  heartbeatSeconds: undefined,
};

const dollarsOf = ({ lines }: Bill, name: string) => lines.find((line) => line.name === name)?.dollars;

type Resource = readonly [type: string, properties?: object, logicalId?: string];

/** A template of resources by type, each with its properties. */
const template = (...resources: readonly Resource[]) => {
  const api: Resource = ['AWS::ApiGatewayV2::Api', { ProtocolType: 'WEBSOCKET' }];
  const entries = [api, ...resources].map(
    ([Type, Properties = {}, logicalId], index) => [logicalId ?? `R${index}`, { Type, Properties }] as const,
  );
  return JSON.stringify({ Resources: Object.fromEntries(entries) });
};

const partsOf = (...resources: readonly Resource[]): StackParts =>
  stackPartsOf(template(...resources), 'template.json', new Map());

describe('the bill of API Gateway', () => {
  it('has the connection minutes and messages of a month of 730 hours', () => {
    const bill = billOf(BROADCAST, undefined);
    expect(bill.lines.map(({ name, dollars }) => [name, Number(dollars.toFixed(2))])).toEqual([
      ['connection minutes', 109.5],
      ['messages of 32 KB', 438],
      ['data to clients', 37.59],
    ]);
    expect(bill.dollars).toBeCloseTo(585.09);
  });

  it('counts what clients send, their heartbeats, and the replies to both', () => {
    const chat = { ...BROADCAST, publishers: 'clients', replies: 'callback', heartbeatSeconds: 60 } as const;
    const [, messages] = billOf(chat, undefined).lines;
    const [published, beats] = [43_800, 438e6];
    expect(messages?.amount).toBe(438e6 + 2 * published + 2 * beats);
  });

  it('counts several messages that are sent as one by their size together', () => {
    const amount = (messagesPerPost: number, bytes: number) =>
      billOf({ ...BROADCAST, messagesPerPost, bytes }, undefined).lines[1]?.amount;
    expect(amount(4, 1024)).toBe(438e6 / 4);
    expect(amount(4, 32 * 1024)).toBe(438e6);
  });

  it('uses given prices', () => {
    const message = { ...PRICES.message, tiers: [{ upTo: Infinity, dollars: 2 }] };
    expect(dollarsOf(billOf(BROADCAST, undefined, { ...PRICES, message }), 'messages of 32 KB')).toBe(876);
  });
});

describe('the bill of a template', () => {
  it('has the smallest number of tasks for scaling, by CPU architecture', () => {
    const tasks = (CpuArchitecture: string) =>
      partsOf(
        [
          'AWS::ECS::TaskDefinition',
          { Cpu: '512', Memory: '1024', RuntimePlatform: { CpuArchitecture } },
          'Task',
        ],
        ['AWS::ECS::Service', { TaskDefinition: { Ref: 'Task' } }, 'Tasks'],
        [
          'AWS::ApplicationAutoScaling::ScalableTarget',
          {
            MinCapacity: 2,
            ResourceId: { 'Fn::Join': ['', ['service/', { 'Fn::GetAtt': ['Tasks', 'Name'] }]] },
          },
        ],
      );
    expect(tasks('X86_64').tasks).toEqual([{ count: 2, vCpus: 0.5, memoryGb: 1, isArm: false }]);
    expect(dollarsOf(billOf(BROADCAST, tasks('X86_64')), 'tasks')).toBeCloseTo(36.04);
    expect(dollarsOf(billOf(BROADCAST, tasks('ARM64')), 'tasks')).toBeCloseTo(28.84);
  });

  it('has callbacks through the NAT gateway, and the lines of the access log', () => {
    const bill = billOf(
      BROADCAST,
      partsOf(
        ['AWS::EC2::NatGateway'],
        ['AWS::EC2::EIP'],
        ['AWS::ApiGatewayV2::Stage', { AccessLogSettings: { Format: '{}' } }],
      ),
    );
    expect(dollarsOf(bill, 'NAT gateways')).toBeCloseTo(32.85);
    expect(dollarsOf(bill, 'public IPv4 addresses')).toBeCloseTo(3.65);
    expect(bill.lines.find(({ name }) => name === 'NAT gateways, callbacks')?.amount).toBeCloseTo(
      (438e6 * (1024 + 2200)) / 1024 ** 3,
    );
    expect(dollarsOf(bill, 'access log')).toBeCloseTo((((438e6 + 2 * 3.65e6) * 300) / 1024 ** 3) * 0.5);
  });

  it('counts the metrics of an alarm, and names what it does not count', () => {
    const metric = { MetricStat: {} };
    const parts = partsOf(
      ['AWS::CloudWatch::Alarm', { MetricName: 'Errors' }],
      ['AWS::CloudWatch::Alarm', { Metrics: [metric, metric, { Expression: 'a + b' }] }],
      ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }],
      ['AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Interface' }],
      ['AWS::Lambda::Function'],
    );
    expect(parts.alarmMetrics).toBe(3);
    expect(Object.fromEntries(parts.notCounted)).toEqual({
      'AWS::EC2::VPCEndpoint': 1,
      'AWS::Lambda::Function': 1,
    });
  });

  it('refuses a template without a WebSocket API', () => {
    const text = '{"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}';
    expect(() => stackPartsOf(text, 'topic.json', new Map())).toThrow('the template has no WebSocket API');
  });
});

describe('the savings', () => {
  it('are the difference to the bill with the change, the largest first', () => {
    const bill = billOf(BROADCAST, undefined);
    const together = billOf({ ...BROADCAST, messagesPerPost: 4 }, undefined);
    const savings = savingsOf(bill, BROADCAST, undefined);
    expect(savings[0]).toMatchObject({
      change: '4 messages to a connection sent as one',
      dollars: bill.dollars - together.dollars,
    });
    expect(savings.map(({ dollars }) => dollars)).toEqual(
      savings.map(({ dollars }) => dollars).toSorted((a, b) => b - a),
    );
  });

  it('do not name a change that is made already, or saves less than one percent', () => {
    const quiet = { ...BROADCAST, heartbeatSeconds: 540, fanOut: 1 };
    const changes = savingsOf(billOf(quiet, undefined), quiet, undefined).map(({ change }) => change);
    expect(changes).toEqual([]);
  });
});
