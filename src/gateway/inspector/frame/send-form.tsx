import { JsonEditor } from './json-editor.js';
import { Problem } from './problem.js';
import { useCommand } from './use-command.js';
import { useDraft } from './use-draft.js';

interface SendFormProps {
  /** Of the draft: the text is kept while other views are shown. */
  readonly draftKey: string;
  /** Of the field: what is sent, and to whom. */
  readonly label: string;
  readonly button: string;
  readonly onSend: (text: string) => Promise<void>;
}

/** A message to type and send; Ctrl+Enter sends it. */
export function SendForm({ draftKey, label, button, onSend }: SendFormProps) {
  const [text, setText] = useDraft(draftKey, '');
  const { isRunning, error, run } = useCommand();
  const send = () => run(async () => onSend(text));
  return (
    <form
      class="send"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <JsonEditor label={label} text={text} onChange={setText} onSubmit={send} />
      <div class="buttons">
        <button class="primary" disabled={isRunning}>
          {button}
        </button>
      </div>
      <Problem error={error} />
    </form>
  );
}
