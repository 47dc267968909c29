/** A name, its value, and where the value leads to. */
export type Fact = readonly [name: string, value: string | undefined, href?: string | undefined];

/** Names and values in a line; those without a value are left out. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value, href]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{href === undefined ? value : <a href={href}>{value}</a>}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
