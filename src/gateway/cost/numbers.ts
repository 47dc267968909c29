/** `438 M`, `1,460`, `0.1`: at most four digits count in a large number. */
export function numberText(value: number): string {
  if (value < 1e6) return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : 0 });
  const [scaled, suffix] = value < 1e9 ? [value / 1e6, 'M'] : [value / 1e9, 'G'];
  return `${scaled.toLocaleString('en-US', { maximumSignificantDigits: 4 })} ${suffix}`;
}

/** `$0.004445`: a price, with all its digits. */
export const dollarsText = (dollars: number): string => `$${dollars}`;

/** `1,234.50` */
export const amountText = (dollars: number): string =>
  dollars.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
