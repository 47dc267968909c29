/**
 * The number of characters to insert, delete, replace, or swap with their neighbour, to make one text of the other.
 *
 * @returns undefined if it is more than `most`, which most pairs of names show after a few characters
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance the variant "optimal string alignment"
 */
export function editDistance(one: string, other: string, most: number): number | undefined {
  if (Math.abs(one.length - other.length) > most) return undefined;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          last[column]! + 1,
          next[column - 1]! + 1,
          last[column - 1]! + (isSame ? 0 : 1),
          isSwapped ? before[column - 2]! + 1 : Infinity,
        ),
      );
    }
    // a swap may go back by two rows
    if (Math.min(...next) > most && Math.min(...last) > most) return undefined;
    before = last;
    last = next;
  }
  return last.at(-1)! > most ? undefined : last.at(-1);
}
