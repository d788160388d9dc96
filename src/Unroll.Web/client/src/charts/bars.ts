import { axis, frame, legend, legendHeight } from './axes';
import { chartCard, type ChartCard } from './chart';

interface Bars {
  id: string;
  title: string;
  note?: string;
  xName: string;
  names: string[];
  yName: string;
  y?: Record<string, unknown>;
  /** One for each name; what is null has no bar. */
  bars: { name: string; values: (number | null)[] }[];
}

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
      series: spec.bars.map((bar, i) => ({
        type: 'bar',
        name: bar.name,
        barMaxWidth: 36,
        // Told apart by their edge too.
        itemStyle: i % 2 === 0 ? {} : { borderColor: colours.text, borderWidth: 1 },
        data: bar.values,
      })),
    }),
    table: () => ({
      caption: spec.title,
      columns: [spec.xName, ...spec.bars.map((bar) => bar.name)],
      rows: spec.names.map((name, i) => [name, ...spec.bars.map((bar) => bar.values[i])]),
    }),
  });
