import { element } from '../page/element';
import { format, power } from '../page/numbers';
import { palette } from '../page/theme';
import { card, labelled, say } from './card';
import type { Lab, Part } from './lab';
import { colour, logarithmic, svg, widthOf } from './svg';
import type { Value } from './view';

const HEIGHT = 190;
const USUAL_NORM = 1;

/** By what the gradient is multiplied at a step back, on average; null where it is none. */
export function factorOfStep(norms: Value[]): number | null {
  const [first, last] = [norms[0], norms.at(-1)];
  if (norms.length < 2 || !first || !last) return null;
  return (first / last) ** (1 / (norms.length - 1));
}

/** The gradient of the loss at the state after each word, from the last word back to the first. */
export function backward(lab: Lab): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture', id: 'backward-picture' });
  const figures = element('p', { class: 'figures-line', id: 'backward-line' });
  const clips = element('input', {
    id: 'clips', type: 'checkbox', change: () => void lab.act('clip', clips.checked ? Number(norm.value) || USUAL_NORM : null),
  });
  const norm = element('input', {
    id: 'clip-norm', type: 'number', min: 0.01, step: 0.1, value: USUAL_NORM, change: () => {
      if (clips.checked) void lab.act('clip', Number(norm.value) || USUAL_NORM);
    },
  });
  const last = element('p', { class: 'note', id: 'last-update' });
  const whole = card('backward', 'Back through time',
    'How much the loss would change with the state after each word, ‖∂L/∂s‖. Read from '
    + 'right to left: bars that shrink vanish, bars that grow explode.', picture, figures,
  element('div', { class: 'row' }, labelled('Clip gradients', clips), labelled('at norm', norm)), last);
  return {
    element: whole,
    part: {
      update: ({ view, chosen }) => {
        const norms = chosen.gradient ?? [];
        picture.replaceChildren(bars(norms, chosen.tokens, widthOf(picture)));
        const factor = factorOfStep(norms);
        say(figures, norms.length === 0 ? 'Nothing to go back through.'
          : `Loss ${format(chosen.loss ?? null)} if the answer is ${view.labels[chosen.gradientLabel ?? 0] ?? '?'}. `
            + (factor === null ? '' : `Each step back multiplies the gradient by ${format(factor)} on average.`));
        clips.checked = view.clip !== undefined;
        if (view.clip !== undefined && document.activeElement !== norm) norm.value = String(view.clip);
        say(last, view.last === undefined ? 'No update yet.'
          : `Last update: gradient of all weights ${format(view.last.norm)}${view.last.clipped ? `,
            clipped to ${format(view.clip)}` : ''}.`);
      },
    },
  };
}

function bars(norms: Value[], tokens: string[], width: number): SVGElement {
  const { muted, text, line } = palette();
  const finite = norms.filter((value): value is number => value !== null && value > 0);
  const [low, high] = [Math.max(1e-12, Math.min(...finite, 1)), Math.max(...finite, 1e-12)];
  const y = logarithmic(Math.min(low, high / 10), high, HEIGHT - 40, 12);
  const side = (width - 56) / Math.max(1, norms.length);
  const label = `Gradients by word: ${norms.map((value, t) => `${tokens[t] ?? ''} ${format(value)}`).join(', ')}`;
  return svg('svg', { width, height: HEIGHT, role: 'img', 'aria-label': label },
    ...y.ticks.flatMap((tick) => [
      svg('line', { x1: 50, x2: width, y1: y(tick), y2: y(tick), stroke: line }),
      svg('text', { x: 44, y: y(tick) + 4, 'text-anchor': 'end', fill: muted }, power(tick)),
    ]),
    ...norms.flatMap((value, t) => {
      const top = value === null || value <= 0 ? HEIGHT - 40 : Math.min(HEIGHT - 41, y(value));
      const x = 52 + t * side;
      return [
        svg('rect', {
          x: x + side * 0.12, y: top, width: Math.max(1, side * 0.76), height: HEIGHT - 40 - top, fill: colour(0), 'data-bar': t,
        }),
        ...(side > 24 ? [svg('text', {
          x: x + side / 2, y: HEIGHT - 24, 'text-anchor': 'middle', fill: text, class: 'bar-label',
        }, (tokens[t] ?? '').slice(0, Math.max(2, Math.floor(side / 7))))] : []),
        ...(side > 56 ? [svg('text', {
          x: x + side / 2, y: HEIGHT - 8, 'text-anchor': 'middle', fill: muted, class: 'bar-label',
        }, format(value))] : []),
      ];
    }));
}
