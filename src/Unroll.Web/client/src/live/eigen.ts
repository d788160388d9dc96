import { element } from '../page/element';
import { format } from '../page/numbers';
import { palette } from '../page/theme';
import { afterKey, sayValue } from './drag';
import { card, say } from './card';
import type { Lab, Part } from './lab';
import { colour, set, svg, widthOf } from './svg';

const MOST = 300;
const LEAST_REACH = 1.6;

type Point = [number, number];

/** By what all weights are multiplied so that an eigenvalue comes as near to a place as a real factor brings it. */
export function factorTo(eigenvalue: Point, place: Point): number {
  const square = eigenvalue[0] ** 2 + eigenvalue[1] ** 2;
  return square < 1e-12 ? 1 : (eigenvalue[0] * place[0] + eigenvalue[1] * place[1]) / square;
}

/** The eigenvalues of W beside the unit circle. Dragging one scales W, and the others with it. */
export function eigen(lab: Lab): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture', id: 'eigen-picture' });
  const figures = element('p', { class: 'figures-line', id: 'eigen-line' });
  const whole = card('eigen', 'Eigenvalues of W',
    'Inside the circle a state is forgotten and gradients vanish; outside they may explode. '
    + 'Drag one: all of W is multiplied.', picture, figures);
  const root = svg('svg', { role: 'group', 'aria-label': 'Eigenvalues of the recurrent weights' });
  const back = svg('g');
  const handles = svg('g');
  root.append(back, handles);
  picture.append(root);
  let values: Point[] = [];
  let start: { i: number; value: Point; isFirst: boolean } | null = null;
  let scale = 100;
  let reach = LEAST_REACH;
  let size = MOST;

  const place = (event: PointerEvent): Point => {
    const box = root.getBoundingClientRect();
    return [(event.clientX - box.left - size / 2) / scale, (size / 2 - (event.clientY - box.top)) / scale];
  };
  const end = (): void => {
    if (start === null) return;
    start = null;
    lab.isDragging = false;
    lab.show();
  };

  function handle(i: number): SVGElement {
    const node = svg('circle', {
      r: 9, role: 'slider', tabindex: 0, class: 'weight', 'aria-label': `Size of eigenvalue ${i + 1}`, 'data-eigenvalue': i,
    });
    node.addEventListener('pointerdown', (event) => {
      node.setPointerCapture(event.pointerId);
      start = { i, value: values[i]!, isFirst: true };
      lab.isDragging = true;
      event.preventDefault();
      node.focus();
    });
    node.addEventListener('pointermove', (event) => {
      if (start?.i !== i) return;
      lab.drag(['scale', Number(factorTo(start.value, place(event)).toFixed(4))], start.isFirst);
      start.isFirst = false;
    });
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) node.addEventListener(name, end);
    node.addEventListener('keydown', (event) => {
      const value = values[i]!;
      const radius = Math.hypot(...value);
      const wanted = afterKey(event.key, radius);
      if (wanted === null || radius < 1e-6) return;
      event.preventDefault();
      lab.drag(['scale', Number((Math.max(0.05, wanted) / radius).toFixed(6))], true);
    });
    return node;
  }

  return {
    element: whole,
    part: {
      update: ({ view, isDragging }) => {
        whole.hidden = view.settings.hidden > 0 && view.eigenvalues.length === 0 && !view.diverged;
        values = view.eigenvalues.map(([x, y]) => [x ?? 0, y ?? 0]);
        const radius = Math.max(0, ...values.map((value) => Math.hypot(...value)));
        if (!isDragging) reach = Math.max(LEAST_REACH, 1.25 * radius);
        size = Math.min(widthOf(picture), MOST);
        scale = size / 2 / reach;
        const { muted, text } = palette();
        const half = size / 2;
        set(root, { width: size, height: size });
        back.replaceChildren(
          svg('line', { x1: 0, x2: size, y1: half, y2: half, stroke: muted, 'stroke-opacity': 0.5 }),
          svg('line', { x1: half, x2: half, y1: 0, y2: size, stroke: muted, 'stroke-opacity': 0.5 }),
          svg('circle',
            { cx: half, cy: half, r: scale, fill: 'none', stroke: text, 'stroke-width': 1.5, 'stroke-dasharray': '5 4' }),
          svg('text', { x: half + scale + 4, y: half - 6, fill: muted }, '1'));
        while (handles.childElementCount < values.length) handles.append(handle(handles.childElementCount));
        while (handles.childElementCount > values.length) handles.lastElementChild!.remove();
        values.forEach(([x, y], i) => {
          const node = handles.children[i]!;
          const isOutside = Math.hypot(x, y) > 1;
          set(node, {
            cx: half + scale * x, cy: half - scale * y, fill: isOutside ? colour(1) : colour(0), stroke: text,
            'stroke-width': isOutside ? 3 : 1,
          });
          sayValue(node, Math.hypot(x, y));
        });
        say(figures, `Largest size ${format(radius)}: ${radius > 1 ? 'beyond 1' : 'within 1'}.`);
      },
    },
  };
}
