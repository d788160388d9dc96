import { axis, frame, legend, legendHeight } from './axes';
import { chartCard, type ChartCard } from './chart';
import type { Palette } from '../page/palette';
import type { Table } from '../page/table';

interface Bars {
  id: string;
  title: string;
  note?: string;
  xName: string;
  names: string[];
  yName: string;
  y?: Record<string, unknown>;
  /** One for each name; what is null has no bar. */
  bars: Bar[];
  table?: () => Table;
}

interface Bar {
  name: string;
  values: (number | null)[];
  /** The least and the most of the seeds by place of the name: an upright line over the bar. */
  spread?: [place: number, low: number, high: number][];
}

const GAPS = { barMaxWidth: 36, barGap: '10%', barCategoryGap: '25%' };

/** Bars beside each other for each name. */
export const barsChart = (spec: Bars): ChartCard =>
  chartCard({
    id: spec.id,
    title: spec.title,
    note: spec.note,
    option: (colours, width) => ({
      ...frame(colours, spec.yName, legendHeight(spec.bars.map((bar) => bar.name), width)),
      legend: legend(colours, spec.bars.map((bar) => bar.name)),
      xAxis: axis(colours, spec.xName, 'category', {
        data: spec.names, axisLabel: { interval: 0, rotate: width < 90 * spec.names.length ? 40 : 0 },
      }),
      yAxis: axis(colours, '', 'value', spec.y ?? {}),
      series: [...spec.bars.map((bar, i) => ({
        type: 'bar',
        name: bar.name,
        ...GAPS,
        // Told apart by their edge too.
        itemStyle: i % 2 === 0 ? {} : { borderColor: colours.text, borderWidth: 1 },
        data: bar.values,
      })), ...spec.bars.flatMap((bar, i) => whiskers(bar, i, spec.bars.length, colours))],
    }),
    table: spec.table ?? (() => ({
      caption: spec.title,
      columns: [spec.xName, ...spec.bars.map((bar) => bar.name)],
      rows: spec.names.map((name, i) => [name, ...spec.bars.map((bar) => bar.values[i])]),
    })),
  });

interface Drawing {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
  barLayout: (of: object) => { offsetCenter: number }[];
}

// Upright lines over the bars, each in the middle of its own.
const whiskers = ({ name, spread }: Bar, i: number, count: number, colours: Palette): object[] =>
  (spread ?? []).length === 0 ? [] : [{
    type: 'custom',
    name,
    silent: true,
    tooltip: { show: false },
    z: 5,
    encode: { x: 0, y: [1, 2] },
    renderItem: (_: unknown, drawing: Drawing) => {
      const place = drawing.value(0);
      const beside = drawing.barLayout({ ...GAPS, count })[i]!.offsetCenter;
      const [x, low] = drawing.coord([place, drawing.value(1)]);
      const [, high] = drawing.coord([place, drawing.value(2)]);
      return {
        type: 'line',
        shape: { x1: x + beside, x2: x + beside, y1: low, y2: high },
        style: { stroke: colours.text, lineWidth: 1.5 },
      };
    },
    data: spread,
  }];
