import { type ModuleMetadata, type Type } from '@nestjs/common';
import { type Permissions } from '../channels/permissions.js';

/** What an application adds to the service; docs/extending.md shows how. */
export interface Extensions {
  /**
   * Modules whose providers handle messages with `@OnMessage`. Their providers can inject `ChannelsService` and
   * `ConnectionsService`.
   */
  readonly imports?: ModuleMetadata['imports'];
  /** The rules for channels; default `PrefixPermissions`. Nest creates the instance and injects into it. */
  readonly permissions?: Type<Permissions>;
}
