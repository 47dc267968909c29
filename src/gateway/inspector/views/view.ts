import { type ComponentType } from 'preact';
import { type Finding, type Findings } from '../findings.js';
import { type Records } from '../records/use-records.js';

/** A view of the page. */
export interface View {
  /** In the address: `#/timeline`. */
  readonly name: string;
  readonly title: string;
  /** Keys that the view has besides those of the page, for the list of keys. */
  readonly keys: readonly KeyText[];
  /** Text beside the title in the navigation. */
  readonly noteOf?: (findings: readonly Finding[]) => string | undefined;
  readonly Content: ComponentType<ViewProps>;
}

export interface KeyText {
  /** As on the keyboard. Several: each of them is one way. */
  readonly keys: readonly string[];
  readonly text: string;
}

export interface ViewProps {
  readonly records: Records;
  readonly findings: Findings;
  /** What is selected: the segments of the address after the view's name. */
  readonly path: readonly string[];
}
