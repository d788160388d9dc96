export interface Range {
  low: number;
  high: number;
}

/** The range of a coordinate with room around it. */
export function extent(points: number[][], k: number): Range {
  const values = points.map((point) => point[k] ?? 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.15 * (high - low) || 0.5;
  return { low: low - room, high: high + room };
}

/** The two ends of a x + b y + c = 0 within a rectangle; null where the line passes it by. */
export function boundaryLine({ a, b, c }: { a: number; b: number; c: number }, x: Range, y: Range): number[][] | null {
  const crossings: number[][] = [];
  if (b !== 0) for (const at of [x.low, x.high]) crossings.push([at, -(a * at + c) / b]);
  if (a !== 0) for (const at of [y.low, y.high]) crossings.push([-(b * at + c) / a, at]);
  const slack = 1e-9 * (x.high - x.low + y.high - y.low);
  const inside = crossings.filter(([px, py]) =>
    px! >= x.low - slack && px! <= x.high + slack && py! >= y.low - slack && py! <= y.high + slack);
  const first = inside[0];
  const other = inside.findLast(([px, py]) => first !== undefined && Math.hypot(px! - first[0]!, py! - first[1]!) > slack);
  return first && other ? [first, other] : null;
}
