import { type Target } from './facts/target.js';

/** A command of a check's `fix` that can be pasted: `{api}` and the others have the values of the set-up. */
export function fillIn(text: string, { apiId, stageName, region, caller }: Target): string {
  const values: Readonly<Record<string, string>> = {
    api: apiId,
    stage: stageName,
    region,
    account: caller.accountId,
    partition: caller.partition,
  };
  return text.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');
}

/** The same text where there is no set-up: `API`. */
export const withNames = (text: string): string =>
  text.replace(PLACEHOLDER, (_, name: string) => name.toUpperCase());

const PLACEHOLDER = /\{(api|stage|region|account|partition)\}/g;
