import { createHash } from 'node:crypto';
import { type NodeClient } from './redis-client.js';

/**
 * The life of the connections in a cluster. It is another one when any master has another replication id, because a
 * connection may have memberships on every node.
 *
 * Tasks notice a change one after the other, within a pulse. A connection that both use may be in doubt more than once
 * in between.
 */
export class ClusterLife {
  /** The latest id of each node. A node that does not respond keeps it. */
  readonly #ids = new WeakMap<NodeClient, string>();
  #current = '';

  /** Empty until every master has responded. A new master without a response does not change it. */
  get current(): string {
    return this.#current;
  }

  /** @param masters all current ones */
  note(node: NodeClient, id: string, masters: readonly NodeClient[]): void {
    this.#ids.set(node, id);
    const ids = masters.flatMap((master) => this.#ids.get(master) ?? []);
    if (ids.length < masters.length) return;
    this.#current = createHash('sha1').update(ids.toSorted().join()).digest('hex');
  }
}
