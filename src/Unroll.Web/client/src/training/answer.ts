import { axis, frame, legend, legendHeight } from '../charts/axes';
import { chartCard } from '../charts/chart';
import type { Option } from '../charts/echarts';
import type { Run, Sentence } from '../data';
import { decayChart } from '../gradients/decay';
import { element } from '../page/element';
import { percent } from '../page/numbers';
import { seriesColour, type Palette } from '../page/palette';
import { grid, section } from '../page/section';

type Plane = NonNullable<Sentence['plane']>;
type Read = Sentence & { plane: Plane & { boundary: NonNullable<Plane['boundary']> } };

const SAMPLES = 120;
const EDGE = 1;

/** The lab's answer, which its page opens on: what it predicts, both paths in one plane, and how far the gradient reaches. */
export function answer(run: Run, sentences: Sentence[]): HTMLElement[] {
  const read = sentences.filter((one): one is Read => one.plane?.axes === 'units' && one.plane.boundary !== undefined);
  if (run.label_names === undefined || read.length === 0) return [];
  return [section('The answer',
    element('ul', { class: 'answer' }, ...read.map((one) => element('li', {},
      `“${one.text}” is `, element('b', {}, one.label), ` (${percent(one.probability, 1)})`))),
    grid(pathsChart(read), run.gradients && run.gradients.length > 0 ? decayChart(run, run.gradients) : null))];
}

// A point's value on the boundary's equation: its sign says on which side it lies.
const sideOf = ({ a, b, c }: Read['plane']['boundary'], x: number, y: number): number => a * x + b * y + c;

/** The labels on the positive and on the negative side of the boundary, by where a sentence of that label ends. */
export function sides(read: Read[]): { positive: string; negative: string } {
  const { plane, label, model } = read[0]!;
  const [x, y] = plane.points.at(-1)!;
  const other = model.labels.find((name) => name !== label) ?? '';
  return sideOf(plane.boundary, x!, y!) > 0 ? { positive: label, negative: other } : { positive: other, negative: label };
}

function pathsChart(read: Read[]): HTMLElement {
  const { positive, negative } = sides(read);
  return chartCard({
    id: 'paths',
    title: 'Both sentences in the plane of the two units',
    note: 'Each word moves the state; it begins at 0. Where the last one falls decides: '
      + `on the blue side “${positive}”, on the orange side “${negative}”.`,
    height: 440,
    option: (colours, width) => option(read, colours, width),
    table: () => ({
      caption: 'The hidden state after each word',
      columns: ['after', 'unit 1', 'unit 2'],
      rows: read.flatMap((one) => one.tokens.map((word, t) => [`${one.text}: ${word}`, ...one.plane.points[t]!])),
    }),
  }).element;
}

function option(read: Read[], colours: Palette, width: number): Option {
  const { boundary } = read[0]!.plane;
  const names = sides(read);
  const line = Array.from({ length: SAMPLES + 1 }, (_, i): [number, number] => {
    const x = -EDGE + (2 * EDGE * i) / SAMPLES;
    const y = boundary.b === 0 ? EDGE * Math.sign(-(boundary.a * x + boundary.c)) : -(boundary.a * x + boundary.c) / boundary.b;
    return [x, Math.min(EDGE, Math.max(-EDGE, y))];
  });
  // The side of positive values lies above the line where b is positive.
  const origin = boundary.b < 0 ? 'start' : 'end';
  const texts = read.map((one) => one.text);
  // A sentence has the colour of the side it ends on.
  const colourOf = (one: Read): string => seriesColour(colours, one.label === names.positive ? 0 : 1);
  const base = frame(colours, 'unit 2', legendHeight(texts, width));
  const ticks = { min: -EDGE, max: EDGE, interval: 0.5 };
  return {
    ...base,
    legend: legend(colours, texts),
    tooltip: { ...(base.tooltip as object), trigger: 'item' },
    xAxis: axis(colours, 'unit 1', 'value', ticks),
    yAxis: axis(colours, '', 'value', ticks),
    series: [
      {
        name: 'boundary',
        type: 'line',
        silent: true,
        data: line,
        symbol: 'none',
        lineStyle: { color: colours.muted, type: 'dashed', width: 2 },
        areaStyle: { color: colours.series[0], opacity: 0.12, origin },
      },
      {
        name: 'other side',
        type: 'line',
        silent: true,
        data: line,
        symbol: 'none',
        lineStyle: { width: 0, opacity: 0 },
        areaStyle: { color: colours.series[1], opacity: 0.1, origin: origin === 'end' ? 'start' : 'end' },
      },
      ...cornerNames(read, names).map(({ name, at }) => ({
        name: 'side',
        type: 'line',
        silent: true,
        data: [at],
        symbol: 'circle',
        symbolSize: 1,
        label: { show: true, formatter: name, color: colours.muted, fontSize: 16, fontWeight: 'bold' },
      })),
      ...read.map((one, i) => ({
        name: one.text,
        type: 'line',
        color: colourOf(one),
        data: [[0, 0], ...one.plane.points].map((value, t) => ({
          value,
          symbolSize: t === one.tokens.length ? 14 : 8,
          label: { position: besidePoint(value, t === one.tokens.length) },
        })),
        symbol: i === 0 ? 'circle' : 'rect',
        lineStyle: { color: colourOf(one), width: 2, type: i === 0 ? 'solid' : 'dashed' },
        label: {
          show: true,
          color: colours.text,
          formatter: ({ dataIndex: t }: { dataIndex: number }) => nameOfPoint(read, i, t),
        },
        labelLayout: { hideOverlap: true },
      })),
    ],
  };
}

// The last word stands at its side, where both sentences end apart; the others below where there is no room above.
const besidePoint = ([x, y]: number[], isLast: boolean): string =>
  isLast ? (x! > 0 ? 'left' : 'right') : y! > 0.8 ? 'bottom' : 'top';

/** What stands at the state after t words of the i-th sentence; nothing where all of them are the first sentence's too. */
export function nameOfPoint(read: Pick<Sentence, 'tokens'>[], i: number, t: number): string {
  const { tokens } = read[i]!;
  if (i > 0 && tokens.slice(0, t).every((token, k) => token === read[0]!.tokens[k])) return '';
  return t === 0 ? 'start' : tokens[t - 1]!;
}

// Each side's name in its corner that is furthest from all states.
function cornerNames(read: Read[], names: { positive: string; negative: string }): { name: string; at: number[] }[] {
  const { boundary } = read[0]!.plane;
  const points = read.flatMap((one) => one.plane.points);
  const room = ([x, y]: number[]): number => Math.min(...points.map(([px, py]) => Math.hypot(px! - x!, py! - y!)));
  const corners = [[-0.8, -0.85], [-0.8, 0.85], [0.8, -0.85], [0.8, 0.85]].sort((p, q) => room(q) - room(p));
  return ([[names.positive, 1], [names.negative, -1]] as const).flatMap(([name, sign]) => {
    const at = corners.find(([x, y]) => sign * sideOf(boundary, x!, y!) > 0);
    return at === undefined ? [] : [{ name, at }];
  });
}
