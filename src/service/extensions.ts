import { type Type } from '@nestjs/common';
import { type Permissions } from '../nest/channels/permissions.js';
import { type CustomAction } from '../nest/messages/custom-action.js';

/** What an application of your own adds to the service; docs/extending.md shows how. Nest makes the classes. */
export interface Extensions {
  /** Actions beside the service's own. */
  readonly actions?: readonly Type<CustomAction>[];
  /** Who may do what with a channel; `PrefixPermissions` unless given. */
  readonly permissions?: Type<Permissions>;
}
