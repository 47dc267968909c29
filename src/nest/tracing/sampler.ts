import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { type TracingSettings } from '../config/operation-settings.js';

/** Decides which requests are traced. The spans within a request follow the request's. */
export function samplerOf({
  sampler,
  samplerRatio,
}: Pick<TracingSettings, 'sampler' | 'samplerRatio'>): Sampler {
  switch (sampler) {
    case 'always_on':
    case 'always_off':
    case 'traceidratio':
      return rootSampler(sampler, samplerRatio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: rootSampler('always_on', samplerRatio) });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: rootSampler('always_off', samplerRatio) });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: rootSampler('traceidratio', samplerRatio) });
    default:
      return sampler satisfies never;
  }
}

function rootSampler(name: 'always_on' | 'always_off' | 'traceidratio', ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    default:
      return name satisfies never;
  }
}
