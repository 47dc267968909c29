import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';

export interface Lot {
  readonly id: number;
  readonly title: string;
  readonly price: number;
  readonly bidder?: string;
  readonly isSold: boolean;
}

/** The clients in this channel watch a lot: each bid is published there. */
export const channelOf = (lot: number) => `lot:${lot}`;

/** The lots. In memory here; a real auction keeps them in its database, so that every task has the same. */
@Injectable()
export class Lots {
  readonly #lots = new Map<number, Lot>([
    [1, { id: 1, title: 'A lamp', price: 20, isSold: false }],
    [2, { id: 2, title: 'A clock', price: 50, isSold: false }],
  ]);

  all(): readonly Lot[] {
    return [...this.#lots.values()];
  }

  /** @throws {NotFoundException} */
  find(id: number): Lot {
    const lot = this.#lots.get(id);
    if (lot === undefined) throw new NotFoundException(`there is no lot ${id}`);
    return lot;
  }

  /** @throws {ConflictException} it is sold, or costs at least as much already */
  bid(id: number, price: number, bidder: string): Lot {
    const lot = this.find(id);
    if (lot.isSold) throw new ConflictException(`lot ${id} is sold`);
    if (price <= lot.price) throw new ConflictException(`lot ${id} is at ${lot.price}: bid more`);
    return this.#replace({ ...lot, price, bidder });
  }

  sell(id: number): Lot {
    return this.#replace({ ...this.find(id), isSold: true });
  }

  #replace(lot: Lot): Lot {
    this.#lots.set(lot.id, lot);
    return lot;
  }
}
