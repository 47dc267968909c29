/** An error, beside what has caused it. */
export function Problem({ error }: { readonly error: Error | undefined }) {
  return error === undefined ? null : (
    <p class="problem" role="alert">
      {error.message}
    </p>
  );
}
