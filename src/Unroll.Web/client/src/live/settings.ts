import { element } from '../page/element';
import { button, labelled, select } from './card';
import type { Lab, Part } from './lab';
import type { Settings } from './view';

const TASKS: [string, string][] = [
  ['lab', 'the lab'], ['negation', 'negation: count “not”'], ['first', 'the first word'], ['adding', 'adding two numbers'],
  ['own', 'my own rows'],
];

/** The size of a learning rate as the slider has it: a power of ten. */
export const toRate = (place: number): number => Number((10 ** place).toPrecision(2));

/** What the network is and what it learns. Most choices begin again; the learning rate does not. */
export function settings(lab: Lab): { element: HTMLElement; part: Part } {
  const restart = (changes: Partial<Settings>): void => {
    lab.isRunning = false;
    void lab.restart(changes);
  };
  const task = select('task', TASKS, (name) => chooseTask(name));
  const cell = select('cell', [], (name) => restart({ cell: name }));
  const hidden = element('input', {
    id: 'hidden', type: 'number', min: 2, max: 16, change: () => restart({ hidden: Number(hidden.value) }),
  });
  const activation = select('activation', [['tanh', 'tanh'], ['relu', 'ReLU']], (name) => restart({ nonlinearity: name }));
  const init = select('init', [['standardnormal', 'N(0, 1)'], ['torchdefault', 'PyTorch’s']], (name) => restart({ init: name }));
  const optimizer = select('optimizer', [['sgd', 'SGD'], ['adam', 'Adam']], (name) => restart({ optimizer: name }));
  const seed = element('input',
    { id: 'seed', type: 'number', min: 0, change: () => restart({ seed: Math.abs(Math.trunc(Number(seed.value))) }) });
  const rate = element('input', {
    id: 'rate', type: 'range', min: -3, max: 1, step: 0.05, input: () => {
      lab.drag(['lr', toRate(Number(rate.value))], false);
    },
  });
  const rateValue = element('output', { id: 'rate-value', for: 'rate' });
  const rival = select('rival', [], (name) => void lab.race(name === '' ? null : name));
  const result = element('p', { class: 'note', id: 'race-result' });
  const rows = element('textarea', { id: 'rows', rows: 5, placeholder: 'good\tThe movie is good\nbad\tThe movie is bad' });
  const own = element('div', { class: 'own', hidden: true },
    labelled('Rows: a label, a tab and a text in each line', rows),
    button('use-rows', 'Train these rows', () => choose('own', rows.value)));
  const activationControl = labelled('Activation', activation);
  const question = element('p', { class: 'question', id: 'question' });

  function chooseTask(name: string): void {
    own.hidden = name !== 'own';
    if (name === 'own') rows.focus();
    else choose(name);
  }

  function choose(name: string, text?: string): void {
    lab.isRunning = false;
    void lab.choose(name, text);
  }

  function offer(cells: string[]): void {
    if (cell.childElementCount > 0) return;
    const options = (): HTMLElement[] => cells.map((name) => element('option', {}, name));
    cell.append(...options());
    rival.append(element('option', { value: '' }, 'nobody'), ...options());
  }

  return {
    element: element('div', { class: 'settings' },
      element('div', { class: 'row' }, labelled('Task', task), labelled('Cell', cell), labelled('Units', hidden),
        activationControl,
        labelled('Learning rate', element('span', { class: 'rate' }, rate, rateValue)), labelled('Seed', seed),
        labelled('Optimizer', optimizer), labelled('First weights', init), labelled('Race with', rival)),
      own, question, result),
    part: {
      update: ({ view, rivalLosses, losses }) => {
        const { settings: now } = view;
        offer(view.cells);
        const controls: [HTMLInputElement | HTMLSelectElement, string | number][] = [
          [cell, now.cell], [hidden, now.hidden], [activation, now.nonlinearity], [init, now.init],
          [optimizer, now.optimizer], [seed, now.seed], [rival, view.rival?.cell ?? ''], [rate, Math.log10(view.lr)],
        ];
        for (const [control, value] of controls) if (document.activeElement !== control) control.value = String(value);
        if (document.activeElement !== task) {
          task.value = now.task;
          own.hidden = now.task !== 'own';
        }
        if (now.rows !== undefined && rows.value === '') rows.value = now.rows;
        rateValue.textContent = String(Number(view.lr.toPrecision(3)));
        activationControl.hidden = !view.readsActivation;
        question.textContent = view.question;
        result.textContent = view.rival ? race(now.cell, view.rival.cell, losses, rivalLosses) : '';
      },
    },
  };
}

/** Who is ahead after the same number of epochs. */
export function race(one: string, other: string, losses: (number | null)[], rivalLosses: (number | null)[]): string {
  const epoch = Math.min(losses.length, rivalLosses.length);
  if (epoch === 0) return `${one} against ${other}: run to see who learns faster.`;
  const [a, b] = [losses[epoch - 1] ?? null, rivalLosses[epoch - 1] ?? null];
  const ahead = a === null ? other : b === null || a < b ? one : other;
  const [first, second] = [a, b].map((loss) => loss?.toFixed(4) ?? 'no number');
  return `After ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'}: ${one} ${first!}, ${other} ${second!}; ${ahead} is ahead.`;
}
