import { useState } from 'preact/hooks';
import { readStored, store } from '../../frame/stored.js';

const KEY = 'messages';

interface SavedMessagesProps {
  /** The message that is typed now. */
  readonly text: string;
  readonly onSelect: (text: string) => void;
}

/** Messages to send again; this browser stores them. */
export function SavedMessages({ text, onSelect }: SavedMessagesProps) {
  const [messages, setMessages] = useState(() => readStored(KEY, isTextList) ?? []);
  const isSaved = messages.includes(text);
  const change = (next: readonly string[]) => {
    setMessages(next);
    store(KEY, next);
  };
  return (
    <>
      {messages.length === 0 ? null : (
        <select
          aria-label="Saved messages"
          value={isSaved ? text : ''}
          onChange={({ currentTarget }) => onSelect(currentTarget.value)}
        >
          <option value="">Saved messages</option>
          {messages.map((message) => (
            <option key={message} value={message}>
              {message.replaceAll(/\s+/g, ' ').slice(0, 60)}
            </option>
          ))}
        </select>
      )}
      {isSaved ? (
        <button type="button" onClick={() => change(messages.filter((message) => message !== text))}>
          Delete saved
        </button>
      ) : (
        <button type="button" disabled={text.trim() === ''} onClick={() => change([...messages, text])}>
          Save
        </button>
      )}
    </>
  );
}

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
