import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import type { Sentence, States } from '../data';
import { choice } from '../page/choice';
import { element } from '../page/element';
import { grid } from '../page/section';
import { shorten } from '../page/numbers';
import { numbered } from './wordAxis';

const MOST_TABLE_UNITS = 64;

/** What every unit does at every word: hidden state, cell and gates of one layer and direction. */
export function statesPart(sentence: Sentence, path: HTMLElement | null): HTMLElement {
  const { states } = sentence;
  const name = (one: States): string => `layer ${one.layer + 1}, ${one.direction}`;
  const top = Math.max(0, states.findLastIndex((one) => one.direction === 'forward'));
  const order = [states[top], ...states.filter((_, i) => i !== top)].filter((one) => one !== undefined);
  const maps = element('div', {}, ...(order[0] ? [mapsOf(sentence, order[0], path)] : []));
  return element('div', {}, choice('States of', order.map(name), (i) => maps.replaceChildren(mapsOf(sentence, order[i]!, path))), maps);
}

const mapsOf = (sentence: Sentence, states: States, path: HTMLElement | null): HTMLElement => grid(
  path,
  map(sentence, 'hidden', 'Hidden state', states.hidden, 'diverging'),
  states.cell && map(sentence, 'cell', 'Cell state', states.cell, 'diverging'),
  ...Object.entries(states.gates ?? {}).map(([gate, values]) => {
    const isSigned = values.some((row) => row.some((value) => value < 0));
    return map(sentence, `gate-${gate}`, gateTitle(gate), values, isSigned ? 'diverging' : 'sequential');
  }));

const gateTitle = (gate: string): string => (gate === 'cell_candidate' ? 'Cell candidate' : gate === 'new' ? 'New state' : `${gate[0]!.toUpperCase()}${gate.slice(1)} gate`);

function map(sentence: Sentence, id: string, title: string, values: number[][], scale: 'diverging' | 'sequential'): HTMLElement {
  const units = values[0]?.length ?? 0;
  return chartCard({
    id: `states-${id}`,
    title: `${title}: units × words`,
    height: Math.min(640, Math.max(240, 140 + 12 * units)),
    option: (colours, width) => heatMap({
      xName: '',
      x: sentence.tokens.map((token, t) => `${t + 1} ${shorten(token, width < 420 ? 8 : 12)}`),
      yName: 'unit',
      y: Array.from({ length: units }, (_, unit) => String(unit + 1)),
      values: Array.from({ length: units }, (_, unit) => values.map((row) => row[unit] ?? null)),
      scale,
      range: scale === 'sequential' ? [0, 1] : undefined,
      rotate: sentence.tokens.length * 70 > width,
    }, colours),
    table: () => ({
      caption: units > MOST_TABLE_UNITS ? `${title}: the first ${MOST_TABLE_UNITS} of ${units} units` : title,
      columns: ['word', ...Array.from({ length: Math.min(units, MOST_TABLE_UNITS) }, (_, unit) => `unit ${unit + 1}`)],
      rows: numbered(sentence.tokens).map((word, t) => [word, ...values[t]!.slice(0, MOST_TABLE_UNITS)]),
    }),
  }).element;
}
