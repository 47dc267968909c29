/** All items of a list that AWS gives in pages. */
export async function allPages<T>(
  readPage: (token: string | undefined) => Promise<{
    readonly items: readonly T[] | undefined;
    readonly next: string | undefined;
  }>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items = [], next } = await readPage(token);
    all.push(...items);
    // some services end a list with an empty token
    token = next === '' ? undefined : next;
  } while (token !== undefined);
  return all;
}

/** The items in groups of at most this size, for calls that take a limited number of names. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
