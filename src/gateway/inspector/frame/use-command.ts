import { useState } from 'preact/hooks';

/** A command of the user: whether it is in flight, and the error of the last one, to be shown with `Problem`. */
export interface Command {
  readonly isRunning: boolean;
  readonly error: Error | undefined;
  readonly run: (work: () => Promise<void>) => void;
}

export function useCommand(): Command {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<Error | undefined>(undefined);
  const attempt = async (work: () => Promise<void>) => {
    setRunning(true);
    try {
      await work();
      setError(undefined);
    } catch (thrown) {
      setError(thrown as Error);
    } finally {
      setRunning(false);
    }
  };
  return { isRunning, error, run: (work) => void attempt(work) };
}
