/** A column of a list: the class names of its cells, and its heading. */
export type RowHead = readonly [cellClass: string, text: string, title?: string];

interface RowHeadsProps {
  /** The class name of the list's rows. */
  readonly rowClass: string;
  readonly heads: readonly RowHead[];
}

/** The column headings of a list. */
export const RowHeads = ({ rowClass, heads }: RowHeadsProps) => (
  <div class="row-heads">
    <div class={`row ${rowClass}`}>
      {heads.map(([cellClass, text, title]) => (
        <span key={cellClass} class={cellClass} title={title}>
          {text}
        </span>
      ))}
    </div>
  </div>
);
