import { type GatewayEvent, type Step } from '../recorder/gateway-event.js';

/** The first step of that kind. */
export const stepOf = <S extends Step['step']>(
  { steps }: GatewayEvent,
  name: S,
): Extract<Step, { readonly step: S }> | undefined =>
  steps.find((each): each is Extract<Step, { readonly step: S }> => each.step === name);
