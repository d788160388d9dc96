import { chartCard } from '../charts/chart';
import { heatMap } from '../charts/heatMap';
import type { Sentence, States } from '../data';
import { choice } from '../page/choice';
import { replaceContent } from '../page/disposal';
import { element } from '../page/element';
import { grid } from '../page/section';
import { shorten } from '../page/numbers';
import { numbered } from './wordAxis';

const MOST_TABLE_UNITS = 64;
const MOST_UNSORTED = 16;

/** The units in the order of the map: as they are numbered where they are few, else by what they do. */
export function orderOf(values: number[][]): number[] {
  const units = Array.from({ length: values[0]?.length ?? 0 }, (_, unit) => unit);
  if (units.length <= MOST_UNSORTED) return units;
  const moves = units.map((unit) => {
    let [place, move] = [0, 0];
    values.forEach((row, t) => {
      const by = row[unit]! - (t > 0 ? values[t - 1]![unit]! : 0);
      if (Math.abs(by) > Math.abs(move)) [place, move] = [t, by];
    });
    return { place, move };
  });
  return units.sort((a, b) => moves[a]!.place - moves[b]!.place || moves[a]!.move - moves[b]!.move);
}

/** What every unit does at every word: hidden state, cell and gates of one layer and direction. */
export function statesPart(sentence: Sentence, path: HTMLElement | null): HTMLElement {
  const { states } = sentence;
  const name = (one: States): string => `layer ${one.layer + 1}, ${one.direction}`;
  const top = Math.max(0, states.findLastIndex((one) => one.direction === 'forward'));
  const order = [states[top], ...states.filter((_, i) => i !== top)].filter((one) => one !== undefined);
  const maps = element('div', {}, ...(order[0] ? [mapsOf(sentence, order[0], path)] : []));
  return element('div', {},
    choice('States of', order.map(name), (i) => replaceContent(maps, mapsOf(sentence, order[i]!, path))), maps);
}

// All maps have the units in one order, so that a unit's gates stand where its state does.
function mapsOf(sentence: Sentence, states: States, path: HTMLElement | null): HTMLElement {
  const order = orderOf(states.hidden);
  return grid(path, ...stateMaps(sentence.model.gates, states).map((one) => map(sentence, one, order)));
}

export interface StateMap {
  id: string;
  title: string;
  /** [T][H] */
  values: number[][];
  scale: 'diverging' | 'sequential';
  /** The ends of the scale, where they are known. */
  range?: [number, number];
}

/** The heat maps of a layer and direction: its hidden state, its cell state where it has one, and its gates as they are named. */
export const stateMaps = (gates: string[], states: States): StateMap[] => [
  { id: 'hidden', title: 'Hidden state', values: states.hidden, scale: 'diverging' },
  ...(states.cell ? [{ id: 'cell', title: 'Cell state', values: states.cell, scale: 'diverging' as const }] : []),
  ...gates.flatMap((gate): StateMap[] => {
    const values = states.gates?.[gate];
    if (values === undefined) return [];
    const all = values.flat();
    const isShare = all.every((value) => value >= 0 && value <= 1);
    return [{
      id: `gate-${gate}`,
      title: `Gate “${gate.replaceAll('_', ' ')}”`,
      values,
      // A gate that is a sigmoid stays between 0 and 1; a candidate has both signs.
      scale: all.some((value) => value < 0) ? 'diverging' : 'sequential',
      ...(isShare ? { range: [0, 1] } : {}),
    }];
  }),
];

function map(sentence: Sentence, { id, title, values, scale, range }: StateMap, order: number[]): HTMLElement {
  const units = order.length;
  const isSorted = units > MOST_UNSORTED;
  return chartCard({
    id: `states-${id}`,
    title: `${title}: units × words`,
    ...(isSorted ? { note: 'Units are sorted by the word that moves their state most, and by how far it does.' } : {}),
    height: Math.min(640, Math.max(240, 140 + 12 * units)),
    option: (colours, width) => heatMap({
      xName: '',
      x: sentence.tokens.map((token, t) => `${t + 1} ${shorten(token, width < 420 ? 8 : 12)}`),
      yName: 'unit',
      y: order.map((unit) => String(unit + 1)),
      values: order.map((unit) => values.map((row) => row[unit] ?? null)),
      scale,
      range,
      rotate: sentence.tokens.length * 70 > width,
      matrix: true,
    }, colours),
    table: () => ({
      caption: units > MOST_TABLE_UNITS ? `${title}: the first ${MOST_TABLE_UNITS} of ${units} units` : title,
      columns: ['word', ...Array.from({ length: Math.min(units, MOST_TABLE_UNITS) }, (_, unit) => `unit ${unit + 1}`)],
      rows: numbered(sentence.tokens).map((word, t) => [word, ...values[t]!.slice(0, MOST_TABLE_UNITS)]),
    }),
  }).element;
}
