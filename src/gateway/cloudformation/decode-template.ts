/**
 * The text of a template's file: UTF-8, or UTF-16 with a byte order mark, as PowerShell writes it.
 *
 * @throws {TypeError} the bytes are neither
 */
export function decodeTemplate(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
