import { useState } from 'preact/hooks';
import { useFindings } from './findings.js';
import { hrefOf } from './frame/address.js';
import { goTo, useAddress } from './frame/use-address.js';
import { FeedStatus } from './frame/feed-status.js';
import { KeysDialog } from './frame/keys-dialog.js';
import { useShortcuts } from './frame/shortcuts.js';
import { ThemeButton } from './frame/theme-button.js';
import { useRecords } from './records/use-records.js';
import { type KeyText } from './views/view.js';
import { VIEWS } from './views/views.js';

/** The inspector: the navigation, and the view that the address names. */
export function App() {
  const records = useRecords();
  const { view: name, path } = useAddress();
  const [showsKeys, setShowsKeys] = useState(false);
  const view = VIEWS.find((each) => each.name === name) ?? VIEWS[0]!;
  // a visit to the APIs reads them again: a template may have been deployed meanwhile
  const findings = useFindings(view.name === 'apis');
  const clear = () => {
    records.clear();
    goTo(view.name);
  };
  useShortcuts({
    ...Object.fromEntries(VIEWS.map((each, index) => [String(index + 1), () => goTo(each.name)])),
    p: records.togglePause,
    '?': () => setShowsKeys(true),
  });

  return (
    <div class="page">
      <header>
        <h1>Inspector</h1>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each.name} href={hrefOf(each.name)} aria-current={each === view ? 'page' : undefined}>
              {each.title}
              <NavNote text={each.noteOf?.(findings.items ?? [])} />
            </a>
          ))}
        </nav>
        <div class="actions">
          <FeedStatus {...records} />
          <button type="button" aria-pressed={records.isPaused} onClick={records.togglePause}>
            {records.isPaused ? 'Resume' : 'Pause'}
          </button>
          <button type="button" onClick={clear} disabled={records.rows.length === 0}>
            Clear
          </button>
          <a class="button" href="session" download title="What is recorded, for backchannel-gateway replay">
            Export
          </a>
          <ThemeButton />
          <button type="button" aria-haspopup="dialog" aria-label="Keys" onClick={() => setShowsKeys(true)}>
            ?
          </button>
        </div>
      </header>
      <main>
        {records.feed.kind === 'refused' ? (
          <p class="problem" role="alert">
            {records.feed.detail}
          </p>
        ) : null}
        <view.Content
          key={view.name}
          records={records}
          findings={findings}
          path={view.name === name ? path : []}
        />
      </main>
      <footer aria-hidden="true">
        {[...view.keys, ...PAGE_KEYS.slice(-2)].map(({ keys, text }) => (
          <span key={text}>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}{' '}
            {text}
          </span>
        ))}
      </footer>
      {showsKeys ? <KeysDialog view={view} pageKeys={PAGE_KEYS} onClose={() => setShowsKeys(false)} /> : null}
    </div>
  );
}

const NavNote = ({ text }: { readonly text: string | undefined }) =>
  text === undefined ? null : (
    <>
      {' '}
      <span class="nav-note">{text}</span>
    </>
  );

const PAGE_KEYS: readonly KeyText[] = [
  ...VIEWS.map(({ title }, index) => ({ keys: [String(index + 1)], text: title })),
  { keys: ['p'], text: 'pause' },
  { keys: ['?'], text: 'these keys' },
];
