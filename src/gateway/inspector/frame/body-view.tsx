import { type Body } from '../../recorder/gateway-event.js';
import { sizeText } from '../../story/event-text.js';
import { indented } from './indented.js';

/** A message or a body; JSON is indented. */
export function BodyView({ body: { bytes, text, isBase64, isCut } }: { readonly body: Body }) {
  const notes = [
    ...(isBase64 === true ? ['not UTF-8, shown as base64'] : []),
    ...(isCut === true ? [`only the beginning of ${sizeText(bytes)}`] : []),
  ];
  return (
    <>
      <pre tabIndex={0}>{isBase64 === true || isCut === true ? text : indented(text)}</pre>
      {notes.length === 0 ? null : <p class="body-note">{notes.join('; ')}</p>}
    </>
  );
}
