import { type Type } from '@nestjs/common';
import { type Permissions } from '../channels/permissions.js';
import { type CustomAction } from '../messages/custom-action.js';

/** What an application adds to the service; docs/extending.md shows how. Nest creates the instances and injects into them. */
export interface Extensions {
  /** Actions beside the service's own. */
  readonly actions?: readonly Type<CustomAction>[];
  /** The rules for channels; default `PrefixPermissions`. */
  readonly permissions?: Type<Permissions>;
}
