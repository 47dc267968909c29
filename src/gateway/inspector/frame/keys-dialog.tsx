import { useEffect, useRef } from 'preact/hooks';
import { type KeyText, type View } from '../views/view.js';

interface KeysDialogProps {
  readonly view: View;
  readonly pageKeys: readonly KeyText[];
  readonly onClose: () => void;
}

/** The list of keys, over the page. Escape closes it. */
export function KeysDialog({ view, pageKeys, onClose }: KeysDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <h2 id="keys-title">Keys</h2>
      <KeyList title="Page" keys={pageKeys} />
      {view.keys.length === 0 ? null : <KeyList title={view.title} keys={view.keys} />}
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}

function KeyList({ title, keys: list }: { readonly title: string; readonly keys: readonly KeyText[] }) {
  return (
    <>
      <h3>{title}</h3>
      <table class="keys">
        <tbody>
          {list.map(({ keys, text }) => (
            <tr key={text}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
