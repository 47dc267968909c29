/**
 * The connection id in a message from the backend, or in an error frame of the gateway: the value of the first member
 * `connectionId`, wherever it is.
 */
export function findConnectionId(message: string): string | undefined {
  try {
    return search(JSON.parse(message) as unknown);
  } catch {
    // no JSON
    return undefined;
  }
}

function search(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { connectionId } = value as { readonly connectionId?: unknown };
  if (typeof connectionId === 'string') return connectionId;
  for (const member of Object.values(value)) {
    const found = search(member);
    if (found !== undefined) return found;
  }
  return undefined;
}
