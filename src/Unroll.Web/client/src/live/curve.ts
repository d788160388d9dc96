import { element } from '../page/element';
import { format } from '../page/numbers';
import { palette } from '../page/theme';
import { card, say } from './card';
import type { Part } from './lab';
import { colour, linear, svg, widthOf } from './svg';
import type { Value } from './view';

const HEIGHT = 220;
const MOST_POINTS = 400;

/** Losses as points [epoch, loss], thinned where there are more than a picture shows; what is no number is left out. */
export function points(losses: Value[], most = MOST_POINTS): [number, number][] {
  const every = Math.max(1, Math.ceil(losses.length / most));
  const all: [number, number][] = [];
  losses.forEach((loss, i) => {
    if (loss !== null && ((i + 1) % every === 0 || i === 0 || i === losses.length - 1)) all.push([i + 1, loss]);
  });
  return all;
}

/** The loss after each epoch, with the epoch that is looked at; a race has a second line. */
export function curve(): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture' });
  const figures = element('p', { class: 'figures-line', id: 'loss-line' });
  const whole = card('curve', 'Loss', 'Of each epoch, in nats. The upright line is the epoch you look at.', picture, figures);
  return {
    element: whole,
    part: {
      update: ({ view, losses, rivalLosses }) => {
        const width = widthOf(picture);
        const all: [string, [number, number][]][] = [[view.settings.cell, points(losses)]];
        if (view.rival) all.push([view.rival.cell, points(rivalLosses)]);
        const values = all.flatMap(([, line]) => line.map(([, loss]) => loss));
        const x = linear(0, Math.max(10, losses.length, rivalLosses.length), 44, width - 10);
        const y = linear(0, Math.max(0.1, ...values), HEIGHT - 26, 10);
        const { line, muted, text } = palette();
        picture.replaceChildren(svg('svg',
          { width, height: HEIGHT, role: 'img', 'aria-label': `Loss over ${losses.length} epochs` },
          ...y.ticks.flatMap((tick) => [
            svg('line', { x1: 44, x2: width - 10, y1: y(tick), y2: y(tick), stroke: line }),
            svg('text', { x: 38, y: y(tick) + 4, 'text-anchor': 'end', fill: muted }, String(tick)),
          ]),
          ...x.ticks.filter(Number.isInteger).map((tick) =>
            svg('text', { x: x(tick), y: HEIGHT - 8, 'text-anchor': 'middle', fill: muted }, String(tick))),
          svg('line', { x1: x(view.epoch), x2: x(view.epoch), y1: 8, y2: HEIGHT - 26, stroke: text, 'stroke-dasharray': '2 3' }),
          ...all.map(([, line], i) => svg('polyline', {
            points: line.map(([epoch, loss]) => `${x(epoch).toFixed(1)},${y(loss).toFixed(1)}`).join(' '), fill: 'none',
            stroke: colour(i), 'stroke-width': 2, 'stroke-dasharray': i === 0 ? undefined : '6 4', 'data-series': i,
          })),
          ...(all.length < 2 ? [] : all.map(([name, line], i) => svg('text', {
            x: width - 14, y: 22 + 16 * i, 'text-anchor': 'end', fill: colour(i), 'data-legend': name,
          }, `${i === 0 ? '—' : '- -'} ${name} ${format(line.at(-1)?.[1] ?? null)}`)))));
        const loss = losses[view.epoch - 1];
        const kind = view.addsLosses ? 'sum over both sentences' : 'mean of the sentences';
        say(figures, view.epoch === 0
          ? 'Not trained yet.'
          : `Epoch ${view.epoch}: ${loss === null || loss === undefined ? 'no number' : loss.toFixed(4)} (${kind})`);
      },
    },
  };
}
