/** `: did you mean --template?` for a name that is close to a known one; otherwise empty. */
export function suggestion(name: string, known: readonly string[], shown = (text: string) => text): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const isNear = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(name.length / 3));
  return isNear ? `: did you mean ${shown(nearest.candidate)}?` : '';
}

/** Number of characters to insert, delete, replace, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const costs = [
        (current[column - 1] ?? 0) + 1,
        (last?.[column] ?? 0) + 1,
        (last?.[column - 1] ?? 0) + (isSame ? 0 : 1),
        ...(isSwapped ? [(beforeLast?.[column - 2] ?? 0) + 1] : []),
      ];
      current.push(Math.min(...costs));
    }
    [beforeLast, last] = [last ?? [], current];
  }
  return last?.[b.length] ?? 0;
}
