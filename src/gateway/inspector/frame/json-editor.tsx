import { useId } from 'preact/hooks';
import { indented } from './indented.js';
import { jsonProblem } from './json-problem.js';

interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Ctrl+Enter, or Cmd+Enter on a Mac. */
  readonly onSubmit: () => void;
  readonly rows?: number;
}

/** A field for a message. What is not JSON is named by line and column, and can be sent nevertheless. */
export function JsonEditor({ label, text, onChange, onSubmit, rows = 4 }: JsonEditorProps) {
  const id = useId();
  const problem = text.trim() === '' ? undefined : jsonProblem(text);
  return (
    <div class="editor">
      <div class="editor-head">
        <label for={id}>{label}</label>
        <button
          type="button"
          class="plain"
          disabled={text.trim() === '' || problem !== undefined}
          onClick={() => onChange(indented(text))}
        >
          Indent
        </button>
      </div>
      <textarea
        id={id}
        rows={rows}
        spellcheck={false}
        value={text}
        aria-describedby={`${id}-note`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onSubmit();
        }}
      />
      <p class="editor-note" id={`${id}-note`} role="status">
        {problem === undefined
          ? 'Ctrl+Enter sends it.'
          : `Not JSON: line ${problem.line}, column ${problem.column}: ${problem.expected} is expected. It is sent unmodified.`}
      </p>
    </div>
  );
}
