/** A number as people read it: four digits that count, no longer than needed. */
export function format(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (size < 0.001) return value.toExponential(2).replace('-', '\u2212').replace('e', ' e');
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
}

export const percent = (share: number | null | undefined, digits = 1): string =>
  share === null || share === undefined ? '–' : `${(100 * share).toFixed(digits)} %`;

/** A number with its sign, in two digits after the point; one that rounds to 0 has none. */
export function signed(value: number | null): string {
  if (value === null) return '–';
  const digits = Math.abs(value).toFixed(2);
  return Number(digits) === 0 ? digits : `${value > 0 ? '+' : '\u2212'}${digits}`;
}

/** Tick labels of a logarithmic axis or scale. */
export function power(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 0.01 || size >= 10000)
    ? value.toExponential(0).replace('e-', 'e\u2212').replace('e+', 'e')
    : String(Number(value.toPrecision(3)));
}

/** Shortened for an axis; a character is never cut in half. */
export function shorten(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : characters.slice(0, most - 1).join('') + '…';
}
