import { barsChart } from '../charts/bars';
import { linesChart, type Line } from '../charts/lines';
import { power } from '../page/numbers';
import type { Table } from '../page/table';
import type { Chart } from './data';

/** The charts that the experiment itself declares, as its picture has them. */
export const declaredCharts = ({ charts }: { charts: Chart[] }): HTMLElement[] => charts.map(chartOf);

function chartOf(chart: Chart): HTMLElement {
  const { id, title, note, names } = chart;
  if (names.length > 0) {
    return barsChart({
      id,
      title,
      note,
      xName: chart.x.name,
      names,
      yName: chart.y.name,
      bars: chart.series.map(({ name, points }) => ({
        name, values: names.map((_, place) => points.find(([x]) => x === place)?.[1] ?? null),
      })),
    }).element;
  }
  return linesChart({
    id,
    title,
    note,
    height: 360,
    xName: chart.x.name,
    x: chart.x.log ? { type: 'log', minInterval: 0 } : { minInterval: 0 },
    yName: chart.y.name,
    yType: chart.y.log ? 'log' : 'value',
    lines: () => linesOfChart(chart),
    table: () => chartTable(chart),
  }).element;
}

/** What is drawn; of a chart with a logarithmic x, what has no place there is left out. */
export const linesOfChart = ({ x, series }: Chart): Line[] => series.map(({ name, bound, points }) => ({
  name,
  ...(bound ? { style: 'bound' as const } : {}),
  points: points.filter(([at]) => !x.log || at > 0).map(([at, y]): [number, number | null] => [at, y]),
}));

/** The numbers with least and most of the seeds. */
export function chartTable({ title, x, series }: Chart): Table {
  const places = [...new Set(series.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
  return {
    caption: title,
    columns: [x.name, ...series.map(({ name }) => name)],
    rows: places.map((place) => [String(place), ...series.map(({ points }) => {
      const point = points.find(([at]) => at === place);
      if (point === undefined || point[1] === null) return undefined;
      const [, mean, low, high] = point;
      return low === null || high === null || low === high ? mean : `${power(mean)} (${power(low)}–${power(high)})`;
    })]),
  };
}
