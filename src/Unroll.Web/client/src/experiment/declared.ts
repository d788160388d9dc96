import { barsChart } from '../charts/bars';
import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import { linesChart, type Line } from '../charts/lines';
import { power } from '../page/numbers';
import type { Table } from '../page/table';
import type { Chart } from './data';

/** The charts that the experiment itself declares, as its picture has them. */
export const declaredCharts = ({ charts }: { charts: Chart[] }): HTMLElement[] => charts.map(chartOf);

// More bars than this beside each other nobody can tell apart, and more names than this nobody can read: then they are a map.
const MOST_BARS = 6;
const MOST_NAMES = 14;

function mapOfBars(chart: Chart): HTMLElement {
  const { names, series } = chart;
  const values = series.map(({ points }) => names.map((_, place) => points.find(([x]) => x === place)?.[1] ?? null));
  const all = values.flat().filter((value) => value !== null);
  const isShares = all.every((value) => value >= 0 && value <= 1);
  // What there is more of stands below each other.
  const isUpright = names.length > series.length;
  const seriesNames = series.map(({ name }) => name);
  const [x, y] = isUpright ? [seriesNames, names] : [names, seriesNames];
  return chartCard({
    id: chart.id,
    title: chart.title,
    note: chart.note,
    height: 100 + 26 * y.length,
    option: (colours, width) => heatMap({
      xName: isUpright ? chart.y.name : chart.x.name,
      x,
      yName: isUpright ? chart.x.name : chart.y.name,
      y,
      values: isUpright ? names.map((_, place) => values.map((row) => row[place]!)) : values,
      scale: all.some((value) => value < 0) ? 'diverging' : 'sequential',
      ...(isShares ? { range: [0, 1] as [number, number] } : {}),
      cell: power,
      rotate: width < 90 * x.length,
      matrix: true,
    }, colours),
    table: () => chartTable(chart, (place) => names[place]!),
  }).element;
}

function chartOf(chart: Chart): HTMLElement {
  const { id, title, note, names } = chart;
  if (names.length > MOST_NAMES || (names.length > 0 && chart.series.length > MOST_BARS)) return mapOfBars(chart);
  if (names.length > 0) {
    return barsChart({
      id,
      title,
      note,
      xName: chart.x.name,
      names,
      yName: chart.y.name,
      bars: chart.series.map(({ name, points }) => ({
        name,
        values: names.map((_, place) => points.find(([x]) => x === place)?.[1] ?? null),
        spread: spreadOf(points),
      })),
      table: () => chartTable(chart, (place) => names[place]!),
    }).element;
  }
  return linesChart({
    id,
    title,
    note,
    height: 360,
    xName: chart.x.name,
    x: { minInterval: 0 },
    xIsLog: chart.x.log,
    yName: chart.y.name,
    yType: chart.y.log ? 'log' : 'value',
    failure: chart.failure,
    lines: () => linesOfChart(chart),
    table: () => chartTable(chart),
  }).element;
}

// What has a least and a most beside its mean.
const spreadOf = (points: Chart['series'][number]['points']): [number, number, number][] =>
  points.flatMap(([x, , low, high]) => (low === null || high === null || low === high ? [] : [[x, low, high]]));

/** What is drawn; of a chart with a logarithmic x, what has no place there is left out. */
export const linesOfChart = ({ x, series }: Chart): Line[] => series.map(({ name, bound, points, sparse, failed }) => ({
  name,
  ...(bound ? { style: 'bound' as const } : {}),
  points: points.filter(([at]) => !x.log || at > 0).map(([at, y]): [number, number | null] => [at, y]),
  ...(bound || spreadOf(points).length === 0 ? {} : { spread: spreadOf(points).filter(([at]) => !x.log || at > 0) }),
  ...(sparse.length > 0 ? { sparse: sparse.map(([at, taken, all]): [number, string] => [at, `${taken} of ${all}`]) } : {}),
  ...(failed.length > 0 ? { failed } : {}),
}));

/** The numbers with least and most of the seeds, of how many they are where not of all, and where none has one. */
export function chartTable({ title, x, failure, series }: Chart, nameOf: (place: number) => string = String): Table {
  const places = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  return {
    caption: title,
    columns: [x.name, ...series.map(({ name }) => name)],
    rows: places.map((place) => [nameOf(place), ...series.map(({ points, sparse, failed }) => {
      if (failed.includes(place)) return failure;
      const point = points.find(([at]) => at === place);
      if (point === undefined || point[1] === null) return undefined;
      const [, mean, low, high] = point;
      const seeds = sparse.find(([at]) => at === place);
      const isSpread = low !== null && high !== null && low !== high;
      if (!isSpread && seeds === undefined) return mean;
      return power(mean) + (isSpread ? ` (${power(low)}–${power(high)})` : '') + (seeds ? `, ${seeds[1]} of ${seeds[2]}` : '');
    })]),
  };
}
