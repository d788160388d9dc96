import { axis, frame } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { Option } from '../charts/echarts';
import type { Sentence } from '../data';
import type { Palette } from '../page/palette';
import { percent, shorten } from '../page/numbers';
import { boundaryLine, extent, type Range } from './boundary';
import { numbered } from './wordAxis';

type Plane = NonNullable<Sentence['plane']>;

/** What the two axes of the plane are. */
export const axisNames = ({ axes, explained }: Pick<Plane, 'axes' | 'explained'>): [string, string] => {
  const name = (k: number): string =>
    axes === 'units' ? `unit ${k + 1}` : `principal component ${k + 1} (${percent(explained[k], 0)} of the variance)`;
  return [name(0), name(1)];
};

/** The hidden state as a path in the plane, from word to word. */
export function pathChart(sentence: Sentence, plane: Plane): HTMLElement | null {
  if (plane.points.length === 0) return null;
  const names = axisNames(plane);
  return chartCard({
    id: 'path',
    title: plane.boundary ? 'Path of the hidden state, and the decision boundary' : 'Path of the hidden state',
    note: plane.boundary
      ? 'Each point is the state after a word; where the last one falls decides.'
      : 'Each point is the state after a word, from the first to the last.',
    height: 420,
    option: (colours, width) => option(sentence, plane, names, colours, width),
    table: () => ({
      caption: 'The hidden state in the plane',
      columns: ['after', ...names],
      rows: numbered(sentence.tokens).map((word, t) => [word, ...plane.points[t]!]),
    }),
  }).element;
}

function option(sentence: Sentence, plane: Plane, names: [string, string], colours: Palette, width: number): Option {
  const [x, y] = [extent(plane.points, 0), extent(plane.points, 1)] as [Range, Range];
  const line = plane.boundary && boundaryLine(plane.boundary, x, y);
  const last = plane.points.length - 1;
  const base = frame(colours, names[1]);
  const ends = { color: colours.muted, showMinLabel: false, showMaxLabel: false };
  return {
    ...base,
    tooltip: {
      ...(base.tooltip as object),
      trigger: 'item',
      formatter: (item: { seriesName: string; dataIndex: number; value: number[] }) =>
        item.seriesName === 'path'
          ? `after "${sentence.tokens[item.dataIndex]!}"\n${item.value.map((value) => value.toFixed(3)).join(', ')}`
          : item.seriesName,
    },
    xAxis: axis(colours, names[0], 'value', { min: x.low, max: x.high, axisLabel: ends }),
    yAxis: axis(colours, '', 'value', { min: y.low, max: y.high, axisLabel: ends }),
    series: [
      {
        name: 'path',
        type: 'line',
        data: plane.points.map((point, t) => ({
          value: point,
          symbol: t === last ? 'diamond' : 'circle',
          symbolSize: t === last ? 16 : 9,
          itemStyle: { color: t === last ? colours.series[1] : colours.series[0] },
        })),
        lineStyle: { color: colours.series[0], width: 2 },
        label: {
          show: true,
          color: colours.text,
          position: 'top',
          formatter: ({ dataIndex: t }: { dataIndex: number }) =>
            `${t + 1} ${shorten(sentence.tokens[t] ?? '', width < 420 ? 8 : 16)}`,
        },
        labelLayout: { hideOverlap: true },
      },
      ...(line ? [{
        name: 'decision boundary',
        type: 'line',
        data: line,
        symbol: 'none',
        lineStyle: { color: colours.muted, type: 'dashed', width: 2 },
        endLabel: { show: false },
      }] : []),
    ],
  };
}
