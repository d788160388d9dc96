import { element } from '../page/element';
import { palette } from '../page/theme';
import { card, labelled, select } from './card';
import type { Lab, Part, Shown } from './lab';
import { svg, widthOf } from './svg';

const ROW = 18;
const LEFT = 110;

type Block = [name: string, values: (number | null)[][], low: number];

/** Gates, the cell state and the state over the words, and a choice for each gate that can be held. */
export function gates(lab: Lab): { element: HTMLElement; part: Part } {
  const picture = element('div', { class: 'picture scroll', tabindex: 0, role: 'region', 'aria-label': 'Values over the words' });
  const pins = element('div', { class: 'row', id: 'pins' });
  const whole = card('gates', 'Gates and state over the words',
    'Each column is a word, each row a unit. Bright yellow is high, dark blue '
    + 'low; the number stands in each field.', pins, picture);
  let names = '';
  return {
    element: whole,
    part: {
      update: (shown) => {
        const { view } = shown;
        if (names !== JSON.stringify(view.gates)) {
          names = JSON.stringify(view.gates);
          pins.replaceChildren(...view.gates.map(({ name, open }) => {
            const hold = select(`pin-${name}`, [['free', 'as learned'], ['open', 'held open'], ['shut', 'held shut']],
              (value) => void lab.act('pin', name, value === 'free' ? null : value === 'open'));
            hold.value = open === undefined ? 'free' : open ? 'open' : 'shut';
            return labelled(`${name} gate`, hold);
          }));
        }
        picture.replaceChildren(heat(shown, Math.max(widthOf(picture), LEFT + 34 * shown.chosen.tokens.length)));
      },
    },
  };
}

function heat({ view, chosen }: Shown, width: number): SVGElement {
  const blocks: Block[] = [
    ...(chosen.gates ?? []).map(({ name, values }): Block => [name, values,
      view.gates.some((gate) => gate.name === name) ? 0 : -1]),
    ...((chosen.cell ?? []).length > 0 ? [['cell state', chosen.cell!, -1] as Block] : []),
    ['state h', chosen.states.slice(1), -1],
  ];
  const hidden = view.settings.hidden;
  const side = (width - LEFT) / Math.max(1, chosen.tokens.length);
  const height = 20 + blocks.length * (hidden * ROW + 8);
  const { text, sequential } = palette();
  return svg('svg', { width, height, role: 'img', 'aria-label': `Gates and states of ${chosen.tokens.length} words` },
    ...chosen.tokens.map((token, t) => svg('text', { x: LEFT + side * (t + 0.5), y: 13, 'text-anchor': 'middle', fill: text },
      token.slice(0, Math.max(2, Math.floor(side / 7))))),
    ...blocks.flatMap(([name, values, low], block) => {
      const top = 20 + block * (hidden * ROW + 8);
      return [
        svg('text', { x: 0, y: top + ROW * hidden / 2 + 4, fill: text, class: 'block' }, name.replace('_', ' ')),
        ...values.flatMap((row, t) => row.flatMap((value, unit) => {
          const share = value === null ? 0 : Math.min(1, Math.max(0, (value - low) / (1 - low)));
          const x = LEFT + side * t;
          const y = top + ROW * unit;
          return [
            svg('rect', {
              x, y, width: side - 1, height: ROW - 1,
                fill: value === null ? 'none' : sequential[Math.round(share * (sequential.length - 1))],
              'data-gate': `${name}.${t}.${unit}`,
            }),
            ...(side > 32 ? [svg('text', {
              x: x + side / 2, y: y + 13, 'text-anchor': 'middle', fill: share > 0.55 ? '#14181c' : '#f4f6f8', class: 'field',
            }, value === null ? 'none' : value.toFixed(2).replace('-', '−'))] : []),
          ];
        })),
      ];
    }));
}
