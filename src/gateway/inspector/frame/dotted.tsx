import { Fragment } from 'preact';

/** A name that may break after its dots. */
export function Dotted({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(?<=\.)/).map((part, index) => (
        <Fragment key={index}>
          {index === 0 ? null : <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
