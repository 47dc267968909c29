import { expect, it } from 'vitest';
import { ConfigError } from '../../../src/nest/config/config.errors.js';
import { readConfig } from '../../../src/nest/environment/read-config.js';

const read = (env: NodeJS.ProcessEnv) =>
  readConfig({ WS_API_ENDPOINT: 'http://127.0.0.1:8080/dev', ...env }).operation;

it('does not drain, sweeps every five minutes and exports no traces by default', () => {
  expect(read({})).toEqual({ drainMs: 0, sweepMs: 300_000, sweepIdleMs: 720_000, tracing: undefined });
  const settings = { DRAIN_SECONDS: '3600', SWEEP_SECONDS: '0' };
  expect(read(settings)).toEqual({
    drainMs: 3_600_000,
    sweepMs: 0,
    sweepIdleMs: 720_000,
    tracing: undefined,
  });
});

it.each([
  [{}, 'backchannel'],
  [{ OTEL_SERVICE_NAME: 'chat' }, 'chat'],
])('exports traces to the configured collector, with %o as the service name', (name, serviceName) => {
  const { tracing } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318//', ...name });
  expect(tracing).toEqual({
    endpoint: 'http://127.0.0.1:4318',
    serviceName,
    headers: {},
    sampler: 'parentbased_always_on',
    samplerRatio: 1,
  });
});

it('exports no traces for a service name alone', () => {
  expect(read({ OTEL_SERVICE_NAME: 'chat' }).tracing).toBeUndefined();
});

it.each([
  ['DRAIN_SECONDS', '-1'],
  ['DRAIN_SECONDS', '3601'],
  ['DRAIN_SECONDS', '1.5'],
  ['SWEEP_SECONDS', '86401'],
  ['SWEEP_SECONDS', 'never'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://collector:4317'],
])('refuses %s=%s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(
    expect.objectContaining({
      constructor: ConfigError,
      problems: [expect.stringMatching(`^${name}=${value}: `)],
    }),
  );
});
