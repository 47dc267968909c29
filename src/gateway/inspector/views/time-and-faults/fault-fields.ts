import { type FaultSettings } from '../../../faults.js';

/** The fields of the form as they are typed: empty for a fault that does not happen. */
export interface FaultFields {
  /** Percent. */
  readonly throttle: string;
  readonly callbackLatencyMs: string;
  readonly integrationLatencyMs: string;
  readonly disconnect: '' | 'drop' | 'duplicate';
  /** Percent. */
  readonly integrationFailure: string;
  /** Ids of VPC links, or `*`. */
  readonly vpcLinkDown: string;
  readonly route: string;
  readonly connectionId: string;
  readonly seed: string;
}

export const NO_FAULTS: FaultFields = {
  throttle: '',
  callbackLatencyMs: '',
  integrationLatencyMs: '',
  disconnect: '',
  integrationFailure: '',
  vpcLinkDown: '',
  route: '',
  connectionId: '',
  seed: '',
};

export function fieldsOf(settings: FaultSettings): FaultFields {
  const percent = (fault: { readonly rate: number } | undefined) =>
    fault === undefined ? '' : String(Math.round(fault.rate * 1e6) / 1e4);
  return {
    throttle: percent(settings.throttle),
    callbackLatencyMs: textOf(settings.latencyMs?.callback),
    integrationLatencyMs: textOf(settings.latencyMs?.integration),
    disconnect: settings.disconnect ?? '',
    integrationFailure: percent(settings.integrationFailure),
    vpcLinkDown: settings.vpcLinkDown?.join(', ') ?? '',
    route: settings.route ?? '',
    connectionId: settings.connectionId ?? '',
    seed: textOf(settings.seed),
  };
}

const textOf = (value: number | undefined) => (value === undefined ? '' : String(value));

/** The settings without the faults that do not happen. The gateway checks them. */
export function settingsOf(fields: FaultFields): FaultSettings {
  const rate = (text: string) => (text === '' ? undefined : { rate: Number(text) / 100 });
  const latencyMs = {
    ...(fields.callbackLatencyMs !== '' && { callback: Number(fields.callbackLatencyMs) }),
    ...(fields.integrationLatencyMs !== '' && { integration: Number(fields.integrationLatencyMs) }),
  };
  const links = fields.vpcLinkDown.split(/[\s,]+/).filter((link) => link !== '');
  const [throttle, integrationFailure] = [rate(fields.throttle), rate(fields.integrationFailure)];
  return {
    ...(throttle && { throttle }),
    ...(Object.keys(latencyMs).length > 0 && { latencyMs }),
    ...(fields.disconnect !== '' && { disconnect: fields.disconnect }),
    ...(integrationFailure && { integrationFailure }),
    ...(links.length > 0 && { vpcLinkDown: links }),
    ...(fields.route !== '' && { route: fields.route }),
    ...(fields.connectionId !== '' && { connectionId: fields.connectionId }),
    ...(fields.seed !== '' && { seed: Number(fields.seed) }),
  };
}
