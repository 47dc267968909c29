import { useRef, useState } from 'preact/hooks';
import { type Copy } from '../../../../take-along/copy.js';

/** Commands and tests, one of which is shown. */
export function CopyPanel({ copies }: { readonly copies: readonly Copy[] }) {
  const [label, setLabel] = useState(copies[0]?.label);
  const [note, setNote] = useState('');
  const text = useRef<HTMLPreElement>(null);
  const shown = copies.find((each) => each.label === label) ?? copies[0]!;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(shown.text);
      setNote('copied');
    } catch {
      // a page that is neither on loopback nor on HTTPS has no clipboard
      getSelection()?.selectAllChildren(text.current!);
      setNote('selected: copy it with Ctrl+C');
    }
  };
  return (
    <section class="tool" aria-label="Copy as">
      <div class="fields">
        <label>
          Form{' '}
          <select
            value={shown.label}
            onChange={({ currentTarget }) => {
              setLabel(currentTarget.value);
              setNote('');
            }}
          >
            {copies.map((each) => (
              <option key={each.label}>{each.label}</option>
            ))}
          </select>
        </label>
        <button type="button" class="primary" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status">{note}</span>
      </div>
      <pre ref={text} tabIndex={0}>
        {shown.text}
      </pre>
    </section>
  );
}
