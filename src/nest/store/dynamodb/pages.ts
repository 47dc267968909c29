/** Regroups pieces of any size into pages of the given size. Only the last page may be smaller, and none is empty. */
export async function* inPages<T>(
  pieces: AsyncIterable<readonly T[]>,
  size: number,
): AsyncGenerator<readonly T[], void> {
  let page: T[] = [];
  for await (const piece of pieces) {
    for (const item of piece) {
      page.push(item);
      if (page.length < size) continue;
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
