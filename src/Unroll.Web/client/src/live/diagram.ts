import { element } from '../page/element';
import { signed } from '../page/numbers';
import { palette } from '../page/theme';
import { card } from './card';
import { sayValue, slide } from './drag';
import type { Lab, Part } from './lab';
import { set, signColour, svg, widthOf } from './svg';
import type { Parameter, View } from './view';

const MOST_HIDDEN = 2;
const MOST_WORDS = 8;
const ROW = 44;
const NARROW = 420;
const MIDDLE = 0.53;
const TOP = 26;

/** A weight as a line from one place to another, or a bias at its place. */
interface Edge {
  parameter: string;
  symbol: string;
  index: number;
  from: [number, number] | null;
  to: [number, number];
  /** Where on the line the number stands. */
  at: number;
  label: string;
}

/** Whether the network is small enough to be drawn with every weight. */
export const fits = (view: View): boolean =>
  view.gates.length === 0 && view.parameters.some((parameter) => parameter.symbol === 'W')
  && view.parameters.every((parameter) => ['W', 'U', 'b', 'W_out', 'b_out'].includes(parameter.symbol))
  && view.settings.hidden <= MOST_HIDDEN && view.words.length <= MOST_WORDS;

/** Every weight of a vanilla RNN with its place in the picture. */
export function edges(view: View,
  width: number): { edges: Edge[]; nodes: [string, number, number, 'end' | 'start' | 'middle'][] } {
  const hidden = view.settings.hidden;
  const rows = view.words.length + hidden;
  const height = TOP + ROW * rows;
  const isNarrow = width < NARROW;
  const [left, middle, right] = [isNarrow ? 58 : 72, width * MIDDLE, width - (isNarrow ? 46 : 62)];
  const spread = (i: number, count: number): number => TOP + (height - TOP) * ((i + 0.5) / count);
  const source = (i: number): [number, number] => [left, spread(i, rows)];
  const unit = (i: number): [number, number] => [middle, spread(i, hidden)];
  const output = (c: number): [number, number] => [right, spread(c, view.labels.length)];
  const all: Edge[] = [];
  const of = (symbol: string): Parameter | undefined => view.parameters.find((parameter) => parameter.symbol === symbol);
  const add = (symbol: string, columns: number, edge: (row: number, column: number) => Omit<Edge,
    'parameter' | 'symbol' | 'index'>): void => {
    const parameter = of(symbol);
    parameter?.values.forEach((_, index) => all.push({
      parameter: parameter.name, symbol, index, ...edge(Math.floor(index / columns), index % columns),
    }));
  };
  const place = (i: number): number => (isNarrow ? 0.22 + 0.4 * i : 0.24 + 0.24 * i);
  add('U', view.words.length, (row, column) => ({
    from: source(column), to: unit(row), at: place(row), label: `U: ${view.words[column]!} to unit ${row + 1}`,
  }));
  add('W', hidden, (row, column) => ({
    from: source(view.words.length + column), to: unit(row), at: place(row),
      label: `W: old unit ${column + 1} to unit ${row + 1}`,
  }));
  add('b', 1, (row) => ({ from: null, to: [middle, unit(row)[1] - 27], at: 0, label: `b: bias of unit ${row + 1}` }));
  add('W_out', hidden, (row, column) => ({
    from: unit(column), to: output(row), at: 0.34 + 0.36 * column, label: `W_out: unit ${column + 1} to ${view.labels[row]!}`,
  }));
  add('b_out', 1,
    (row) => ({ from: null, to: [right, output(row)[1] - 27], at: 0, label: `b_out: bias of ${view.labels[row]!}` }));
  return {
    edges: all,
    nodes: [
      ...view.words.map((word, i): [string, number, number, 'end'] => [word, ...source(i), 'end']),
      ...Array.from({ length: hidden },
        (_, i): [string, number, number, 'end'] => [`old h${i + 1}`, ...source(view.words.length + i), 'end']),
      ...Array.from({ length: hidden }, (_, i): [string, number, number, 'middle'] => [`h${i + 1}`, ...unit(i), 'middle']),
      ...view.labels.map((label, c): [string, number, number, 'start'] => [label, ...output(c), 'start']),
    ],
  };
}

/** The network with all its weights; each can be dragged. */
export function diagram(lab: Lab): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture' });
  const whole = card('diagram', 'Network',
    'Drag a number up or down, or focus it and press the arrows. Orange is above 0, blue and '
    + 'dashed below; the wider, the larger.', picture);
  let shape = '';
  let drawn: { line: SVGElement | null; chip: SVGElement; text: SVGElement; edge: Edge }[] = [];
  let current: View | null = null;

  const valueOf = (edge: Edge): number =>
    current?.parameters.find((parameter) => parameter.name === edge.parameter)?.values[edge.index] ?? 0;

  function build(view: View, width: number): void {
    const { edges: all, nodes } = edges(view, width);
    const { text, background, line: outline } = palette();
    const height = TOP + ROW * (view.words.length + view.settings.hidden);
    const root = svg('svg', { width, height, role: 'group', 'aria-label': 'Weights of the network' });
    drawn = all.map((edge) => {
      const [tx, ty] = edge.to;
      const [fx, fy] = edge.from ?? edge.to;
      const [x, y] = [fx + (tx - fx) * edge.at, fy + (ty - fy) * edge.at];
      const line = edge.from === null ? null : svg('line', { x1: fx, y1: fy, x2: tx, y2: ty });
      const label = svg('text', { x, y: y + 4, 'text-anchor': 'middle', fill: text });
      const chip = svg('g', { class: 'weight', 'data-weight': `${edge.parameter}.${edge.index}` },
        svg('rect', { x: x - 19, y: y - 9, width: 38, height: 18, rx: 4, fill: background, stroke: outline }), label);
      slide(chip, lab, {
        label: edge.label, value: () => valueOf(edge), action: (value) => ['set', edge.parameter, edge.index, value],
      });
      return { line, chip, text: label, edge };
    });
    root.append(...drawn.flatMap(({ line }) => (line ? [line] : [])),
      ...nodes.flatMap(([name, x, y, anchor]) => node(name, x, y, anchor, text, background)),
      svg('text', { x: 8, y: 14, fill: text, class: 'heading' }, 'reads'),
      svg('text', { x: width * MIDDLE, y: 14, fill: text, class: 'heading', 'text-anchor': 'middle' }, 'new state'),
      svg('text', { x: width - 6, y: 14, fill: text, class: 'heading', 'text-anchor': 'end' }, 'answer'),
      ...drawn.map(({ chip }) => chip));
    picture.replaceChildren(root);
  }

  return {
    element: whole,
    part: {
      update: ({ view, isDragging }) => {
        current = view;
        whole.hidden = !fits(view);
        if (whole.hidden) return;
        const width = Math.min(widthOf(picture), 620);
        const form = JSON.stringify([view.words, view.labels, view.settings.hidden, width, palette().text]);
        if (form !== shape && !isDragging) {
          build(view, width);
          shape = form;
        }
        for (const { line, chip, text, edge } of drawn) {
          const value = valueOf(edge);
          if (line) {
            set(line, {
              stroke: signColour(value), 'stroke-width': Math.min(9, 0.6 + 3 * Math.abs(value)),
              'stroke-dasharray': value < 0 ? '6 4' : undefined,
            });
          }
          text.textContent = signed(value);
          sayValue(chip, value);
        }
      },
    },
  };
}

function node(name: string, x: number, y: number, anchor: 'end' | 'start' | 'middle', text: string,
  background: string): SVGElement[] {
  const dx = anchor === 'end' ? -10 : anchor === 'start' ? 10 : 0;
  const isUnit = anchor === 'middle';
  return [
    svg('circle', { cx: x, cy: y, r: isUnit ? 12 : 5, fill: isUnit ? background : text, stroke: text, 'stroke-width': 1.5 }),
    svg('text', { x: x + dx, y: y + 4, 'text-anchor': anchor, fill: text, class: 'node' }, name),
  ];
}
