import { element } from '../page/element';
import { percent } from '../page/numbers';
import { palette } from '../page/theme';
import { card, say } from './card';
import type { Part, Shown } from './lab';
import { colour, linear, svg, widthOf } from './svg';
import type { Frame, Sentence, Value, View } from './view';

const CELLS = 36;
const MOST = 430;
const DASHES = [undefined, '7 4', '2 3', '9 3 2 3'];

/** The probabilities of the classes at a point of the plane. */
export function probabilitiesAt(scores: Value[][], x: number, y: number): number[] {
  const logits = scores.map(([a, b, c]) => (a ?? 0) * x + (b ?? 0) * y + (c ?? 0));
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

const MARGIN = 1.12;

/**
 * Half the side of the square that shows every point, with a margin: of units 1 where states do not leave [-1, 1], of principal
 * components as far as states go.
 */
export function reach(sentences: Sentence[], axes: Frame['axes']): number {
  const sizes = sentences.flatMap((sentence) => sentence.points.flat().map((value) => Math.abs(value ?? 0)));
  const most = Math.max(0, ...sizes);
  return MARGIN * (axes === 'Units' ? Math.max(1, most) : most || 1);
}

/** Where the name of each region stands: the middle of what is its own in the plane; null for one that is not seen. */
export function middles(scores: Value[][], half: number): ([number, number] | null)[] {
  const sums = scores.map(() => [0, 0, 0]);
  for (let i = 0; i < CELLS; i++) {
    for (let j = 0; j < CELLS; j++) {
      const [x, y] = [half * ((2 * i + 1) / CELLS - 1), half * ((2 * j + 1) / CELLS - 1)];
      const p = probabilitiesAt(scores, x, y);
      const sum = sums[p.indexOf(Math.max(...p))]!;
      sum[0]! += x;
      sum[1]! += y;
      sum[2]!++;
    }
  }
  return sums.map(([x, y, count]) => (count! < 4 ? null : [x! / count!, y! / count!]));
}

/** The states of the sentences in one plane, over what the network would answer there. */
export function plane(): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture', id: 'plane-picture' });
  const legend = element('ul', { class: 'legend' });
  const axes = element('p', { class: 'note', id: 'plane-axes' });
  const whole = card('plane', 'States',
    'Each word pushes the state from one point to the next. The colour of the ground is the answer '
    + 'that the network would give there.', picture, legend, axes);
  return {
    element: whole,
    part: {
      update: (shown) => {
        const { view } = shown;
        const size = Math.min(widthOf(picture), MOST);
        const half = reach(view.sentences, view.frame.axes);
        picture.replaceChildren(ground(view, half, size), drawing(shown, half, size));
        legend.replaceChildren(...view.sentences.map((sentence, i) => element('li', {}, mark(i),
          ` ${sentence.text || '(nothing)'}`)));
        const [x, y] = view.frame.explained;
        say(axes, view.frame.axes === 'Units'
          ? 'Across: unit 1. Up: unit 2.'
          : `${view.settings.hidden} units: across and up are the two directions in which these states differ most `
            + `(${percent(x, 0)} and ${percent(y, 0)} of their variance). States beside this plane may be answered otherwise.`);
      },
    },
  };
}

function ground(view: View, half: number, size: number): HTMLElement {
  const canvas = element('canvas', { class: 'ground', width: size, height: size, 'aria-hidden': 'true' });
  const small = element('canvas', { width: CELLS, height: CELLS });
  const [context, points] = [canvas.getContext('2d'), small.getContext('2d')];
  if (context === null || points === null) return canvas;
  const colours = view.labels.map((_, c) => colour(c));
  for (let i = 0; i < CELLS; i++) {
    for (let j = 0; j < CELLS; j++) {
      const p = probabilitiesAt(view.frame.scores, half * ((2 * i + 1) / CELLS - 1), half * (1 - (2 * j + 1) / CELLS));
      const answer = p.indexOf(Math.max(...p));
      if (answer < 0) continue;
      points.globalAlpha = 0.1 + 0.3 * (p[answer]! - 1 / p.length) / (1 - 1 / p.length);
      points.fillStyle = colours[answer]!;
      points.fillRect(i, j, 1, 1);
    }
  }
  context.drawImage(small, 0, 0, size, size);
  return canvas;
}

function drawing({ view, word }: Shown, half: number, size: number): SVGElement {
  const x = linear(-half, half, 0, size);
  const y = linear(-half, half, size, 0);
  const { text, muted } = palette();
  const regions = middles(view.frame.scores, half);
  const names = new Names(size);
  const label = view.sentences.map((sentence) => `${sentence.text}: ${answerOf(view, sentence)}`).join('; ');
  return svg('svg', { width: size, height: size, role: 'img', 'aria-label': `Paths of the states. ${label}` },
    svg('line', { x1: 0, x2: size, y1: size / 2, y2: size / 2, stroke: muted, 'stroke-opacity': 0.4 }),
    svg('line', { x1: size / 2, x2: size / 2, y1: 0, y2: size, stroke: muted, 'stroke-opacity': 0.4 }),
    svg('rect', {
      x: x(-half / MARGIN), y: y(half / MARGIN), width: x(half / MARGIN) - x(-half / MARGIN),
      height: y(-half / MARGIN) - y(half / MARGIN), fill: 'none', stroke: muted, 'stroke-opacity': 0.5,
    }),
    svg('text', { x: size - 3, y: size / 2 - 4, 'text-anchor': 'end', fill: muted },
      String(Number((half / MARGIN).toPrecision(2)))),
    ...regions.flatMap((at, c) => (at === null ? [] : [svg('text', {
      class: 'region', x: x(at[0]), y: y(at[1]), 'text-anchor': 'middle', fill: colour(c), 'data-region': view.labels[c]!,
    }, view.labels[c]!)])),
    ...view.sentences.flatMap((sentence, i) => path(sentence, i, x, y, sharedWords(view.sentences, i), names)),
    ...(word > 0 ? reading(view, word, x, y, text) : []));
}

const answerOf = (view: View, sentence: Sentence): string => {
  const last = (sentence.probabilities.at(-1) ?? []).map((p) => p ?? 0);
  return view.labels[last.indexOf(Math.max(...last))] ?? 'nothing to read';
};

/** How many first words a sentence shares with one that is drawn before it: their names stand there already. */
export function sharedWords(sentences: Sentence[], i: number): number {
  const shared = sentences.slice(0, i).map((other) => {
    const end = sentences[i]!.tokens.findIndex((token, t) => other.tokens[t] !== token);
    return end < 0 ? sentences[i]!.tokens.length : end;
  });
  return Math.max(0, ...shared);
}

function path(
  sentence: Sentence, i: number, x: (value: number) => number, y: (value: number) => number, shared: number, names: Names,
): SVGElement[] {
  const { text } = palette();
  const places = sentence.points.filter((point) => point.every((value) => value !== null))
    .map((point): [number, number] => [x(point[0]!), y(point[1]!)]);
  const line = svg('polyline', {
    points: places.map((place) => place.map((value) => value.toFixed(1)).join(',')).join(' '), fill: 'none', stroke: text,
    'stroke-width': i === 0 ? 2.5 : 2, 'stroke-dasharray': DASHES[i % DASHES.length], 'data-path': i,
  });
  const last = places.length - 1;
  const marks = places.map(([px, py], t) => shape(i, px, py, t === last ? 6 : 4, t === last ? colour(i + 4) : text));
  // Those that every sentence begins with stand there once.
  const named = places.map((place, t) => ({ place, t })).filter(({ t }) => t > shared || (t === 0 && i === 0));
  return [line, ...marks, ...named.map(({ place: [px, py], t }) => {
    const name = t === 0 ? 'start' : sentence.tokens[t - 1]!;
    const at = names.place(name, px, py);
    return svg('text', { class: 'word', x: at[0], y: at[1], fill: text }, name);
  })];
}

const LETTER = 7.4;
const LINE = 14;

/** Finds places for names beside their points, so that they stand within the picture and not one upon the other. */
export class Names {
  private readonly taken: [number, number, number][] = [];

  constructor(private readonly size: number) {}

  /** Where a name begins and its base line. */
  place(name: string, x: number, y: number): [number, number] {
    const width = LETTER * name.length;
    const right = x + 9;
    const left = x - 9 - width;
    const sides = x > this.size * 0.7 ? [left, right] : [right, left];
    const candidates = [-7, 16, 30, -21, 44, 58].flatMap((dy) => sides.map((side): [number, number] => [
      Math.min(Math.max(2, side), Math.max(2, this.size - width - 2)), Math.min(this.size - 4, Math.max(LINE, y + dy)),
    ]));
    const free = candidates.find(([cx, cy]) => this.taken.every(([tx, ty, tw]) =>
      cx > tx + tw || tx > cx + width || Math.abs(cy - ty) >= LINE)) ?? candidates[0]!;
    this.taken.push([...free, width]);
    return free;
  }
}

// The word that is read one by one.
function reading(
  view: View, word: number, x: (value: number) => number, y: (value: number) => number, text: string,
): SVGElement[] {
  const next = view.samples[view.nextSample]?.text;
  const point = view.sentences.find((sentence) => sentence.text === next)?.points[word];
  if (!point || point.includes(null)) return [];
  return [svg('circle', {
    id: 'reading', cx: x(point[0]!), cy: y(point[1]!), r: 11, fill: 'none', stroke: text, 'stroke-width': 3,
  })];
}

/** The mark of a sentence: sentences are told apart by its form. */
function shape(i: number, x: number, y: number, r: number, fill: string): SVGElement {
  const { background } = palette();
  const style = { fill, stroke: background, 'stroke-width': 1 };
  switch (i % 4) {
    case 0: return svg('circle', { cx: x, cy: y, r, ...style });
    case 1: return svg('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, ...style });
    case 2: return svg('polygon', { points: `${x},${y - r - 1} ${x - r - 1},${y + r} ${x + r + 1},${y + r}`, ...style });
    default: return svg('polygon',
      { points: `${x},${y - r - 1} ${x - r - 1},${y} ${x},${y + r + 1} ${x + r + 1},${y}`, ...style });
  }
}

function mark(i: number): SVGElement {
  const { text } = palette();
  return svg('svg', { width: 34, height: 12, 'aria-hidden': 'true' },
    svg('line', { x1: 0, x2: 34, y1: 6, y2: 6, stroke: text, 'stroke-width': 2, 'stroke-dasharray': DASHES[i % DASHES.length] }),
    shape(i, 17, 6, 4, colour(i + 4)));
}
