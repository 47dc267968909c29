import { type GatewayEvent } from '../../recorder/gateway-event.js';

/** One line in the log of a test client. */
export interface LogLine {
  readonly id: number;
  /** `state`: opened, closed or refused. */
  readonly kind: 'in' | 'out' | 'state';
  readonly at: Date;
  readonly text: string;
  /** The event whose story has it, once the gateway has recorded it. */
  readonly eventId?: number;
}

/** The most lines that are kept. */
export const MAX_LINES = 500;

/** What a test client has sent and received, with the events of the gateway that belong to it. */
export class FrameLog {
  #lines: readonly LogLine[] = [];
  #lastId = 0;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  add(kind: LogLine['kind'], text: string, eventId?: number): void {
    this.#lastId += 1;
    const line = { id: this.#lastId, kind, at: new Date(), text, ...(eventId !== undefined && { eventId }) };
    this.#lines = [...this.#lines, line].slice(-MAX_LINES);
  }

  clear(): void {
    this.#lines = [];
  }

  /** @param event one of this client's connection; each event comes once */
  link({ id, type, steps }: GatewayEvent): void {
    for (const step of steps) {
      if (step.step === 'frame' && type === 'message') this.#linkFirst('out', step.body.text, id);
      else if (step.step === 'client_frame') this.#linkFirst('in', step.body.text, id);
    }
  }

  /** Links the first such line without an event, if possible one with the text: records mask secrets and cut long texts. */
  #linkFirst(kind: 'in' | 'out', text: string, eventId: number): void {
    const open = this.#lines.filter((line) => line.kind === kind && line.eventId === undefined);
    const line = open.find((each) => each.text === text) ?? open[0];
    if (line !== undefined) {
      this.#lines = this.#lines.map((each) => (each === line ? { ...each, eventId } : each));
    }
  }
}
