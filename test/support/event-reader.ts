import { type GatewayEvent } from '../../src/gateway/recorder/gateway-event.js';
import { type EventPage } from '../../src/gateway/admin/event-readers.js';
import { type Gateway } from '../../src/gateway/gateway.js';

/** Reads the records of a gateway by HTTP. */
export class EventReader {
  #after = 0;

  constructor(private readonly gateway: Pick<Gateway, 'url'>) {}

  /** @param query such as `type=message&limit=1` */
  async page(query = ''): Promise<EventPage> {
    const response = await fetch(`${this.gateway.url}/_gateway/events?${query}`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as EventPage;
  }

  /** The next event of this type, as soon as it is recorded. */
  async next(type: GatewayEvent['type']): Promise<GatewayEvent> {
    const { items } = await this.page(`after=${this.#after}&type=${type}&limit=1&wait=30s`);
    const [event] = items;
    if (event === undefined) throw new Error(`no ${type} was recorded within 30 s`);
    this.#after = event.id;
    return event;
  }
}

/** The steps of that name. */
export const stepsOf = <Name extends GatewayEvent['steps'][number]['step']>(
  event: GatewayEvent,
  name: Name,
) =>
  event.steps.filter(
    (step): step is Extract<GatewayEvent['steps'][number], { step: Name }> => step.step === name,
  );
