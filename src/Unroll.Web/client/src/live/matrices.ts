import { element } from '../page/element';
import { signed } from '../page/numbers';
import { card } from './card';
import { sayValue, slide } from './drag';
import { fits } from './diagram';
import type { Lab, Part } from './lab';
import { signColour } from './svg';
import type { Parameter, View } from './view';

const GATED = /weight_ih|weight_hh|bias_ih|weight_ph|weight_c$/;

/** The name of a row: the gate and the unit that it belongs to, or the class. */
export function rowName(view: View, parameter: Parameter, row: number): string {
  if (parameter.name.startsWith('output.')) return view.labels[row] ?? String(row + 1);
  const hidden = view.settings.hidden;
  const gates = parameter.shape[0]! / hidden;
  const unit = `h${row % hidden + 1}`;
  if (gates === 1 || !GATED.test(parameter.name)) return unit;
  const names = view.sentences.find((sentence) => sentence.gates !== undefined)?.gates?.map((gate) => gate.name) ?? [];
  return `${names[Math.floor(row / hidden)] ?? `block ${Math.floor(row / hidden) + 1}`} ${unit}`;
}

/** The name of a column: the word or the unit that is read. */
export function columnName(view: View, parameter: Parameter, column: number): string {
  if (parameter.shape.length < 2) return 'bias';
  if (parameter.name.includes('weight_ih')) return view.words[column] ?? String(column + 1);
  return `${parameter.name.startsWith('output.') ? '' : 'old '}h${column + 1}`;
}

/** Every tensor as a table of numbers that can be dragged: for networks that are too large for lines. */
export function matrices(lab: Lab): { element: HTMLElement; part: Part } {
  const tables = element('div', { class: 'tensors' });
  const details = element('details', { id: 'tensors-details' },
    element('summary', {}, 'All weights as numbers'), tables);
  const whole = card('tensors', 'Weights',
    'Drag a number up or down, or focus it and press the arrows. The bar says how large it is.', details);
  let shape = '';
  let cells: { cell: HTMLElement; parameter: number; index: number }[] = [];
  let current: View | null = null;
  let wasSmall: boolean | null = null;

  function table(view: View, parameter: Parameter, number: number): HTMLElement {
    const rows = parameter.shape[0]!;
    const columns = parameter.shape[1] ?? 1;
    const head = element('tr', {}, element('th', {}), ...Array.from({ length: columns }, (_, column) =>
      element('th', { scope: 'col' }, columnName(view, parameter, column))));
    const body = Array.from({ length: rows }, (_, row) => element('tr', {},
      element('th', { scope: 'row' }, rowName(view, parameter, row)),
      ...Array.from({ length: columns }, (__, column) => {
        const index = row * columns + column;
        const cell = element('span', { class: 'entry', 'data-entry': `${parameter.name}.${index}` });
        slide(cell, lab, {
          label: `${parameter.symbol}, ${rowName(view, parameter, row)}, ${columnName(view, parameter, column)}`,
          value: () => current?.parameters[number]?.values[index] ?? 0,
          action: (value) => ['set', parameter.name, index, value],
        });
        cells.push({ cell, parameter: number, index });
        return element('td', {}, cell);
      })));
    return element('div', { class: 'tensor' },
      element('h3', {}, parameter.symbol === parameter.name ? parameter.name : `${parameter.symbol} (${parameter.name})`),
      element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': parameter.name },
        element('table', {}, element('thead', {}, head), element('tbody', {}, ...body))));
  }

  function fill(view: View, isDragging: boolean): void {
    if (!details.open) return;
    const form = JSON.stringify([view.words, view.labels, view.settings.hidden, view.settings.cell, view.parameters.length]);
    if (form !== shape && !isDragging) {
      cells = [];
      tables.replaceChildren(...view.parameters.map((parameter, number) => table(view, parameter, number)));
      shape = form;
    }
    for (const { cell, parameter, index } of cells) {
      const value = view.parameters[parameter]?.values[index] ?? 0;
      cell.textContent = signed(value);
      cell.style.setProperty('--size', String(Math.min(1, Math.abs(value) / 2)));
      cell.style.setProperty('--sign', signColour(value));
      cell.classList.toggle('negative', value < 0);
      sayValue(cell, value);
    }
  }

  details.addEventListener('toggle', () => {
    if (current) fill(current, false);
  });
  return {
    element: whole,
    part: {
      update: ({ view, isDragging }) => {
        current = view;
        const isSmall = fits(view);
        // What the diagram does not show is shown here.
        if (isSmall !== wasSmall) details.open = !isSmall;
        wasSmall = isSmall;
        fill(view, isDragging);
      },
    },
  };
}
