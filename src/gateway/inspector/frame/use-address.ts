import { useEffect, useState } from 'preact/hooks';
import { type Address, hrefOf, readAddress } from './address.js';

/** Moves to another view, which the browser's back button undoes. */
export function goTo(view: string, ...path: readonly string[]): void {
  location.hash = hrefOf(view, ...path);
}

/** Changes the selection; the browser's history has no entry for each of them. */
export function select(view: string, ...path: readonly string[]): void {
  history.replaceState(null, '', hrefOf(view, ...path));
  // replaceState sends no event
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** The page's address, live. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const update = () => setHash(location.hash);
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return readAddress(hash);
}
