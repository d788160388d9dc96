import type { ChartCard } from '../charts/chart';
import { choice } from '../page/choice';
import type { Child } from '../page/element';

/** A chart of one length of sequences, and the list to choose it from. */
export function choiceOfLengths(
  lengths: number[], unit: string, chart: (shown: () => number, controls: Child[]) => ChartCard,
): HTMLElement {
  let shown = lengths[0]!;
  const card = chart(() => shown, [choice('Length', lengths.map((length) => `${length} ${unit}`), (i) => {
    shown = lengths[i]!;
    card.redraw();
  })]);
  return card.element;
}
