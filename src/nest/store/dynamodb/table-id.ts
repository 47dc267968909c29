import { type Item, textOf } from './attributes.js';

/**
 * Rows that a restored backup must not bring back to life have the `TableId` of the table in which they were written: a
 * restored backup is always another table. Rows of the version before have none, and are trusted.
 *
 * The conditions need `:tableId`.
 */
export const IS_OF_THIS_TABLE = '(attribute_not_exists(#tableId) OR #tableId = :tableId)';
export const IS_OF_OTHER_TABLE = '(attribute_exists(#tableId) AND #tableId <> :tableId)';

export function isOfTable(tableId: string, row: Item): boolean {
  return (textOf(row['tableId']) ?? tableId) === tableId;
}

/** Stands for the missing `TableId` of a DynamoDB that is not AWS's: then restored backups are not noticed. */
export const NO_TABLE_ID = 'none';
