import { axis, frame, legend, legendHeight, look } from '../charts/axes';
import { chartCard } from '../charts/chart';
import { seriesColour } from '../page/palette';
import { epochsOf, type Search } from './data';

/** What each trial reached at each rung by when, and the best of the last rung so far. */
export function timeChart({ measure, rungs, trials }: Search): HTMLElement {
  const title = 'Trials over time';
  const byRung = rungs.map((_, rung) => trials.flatMap(({ trial, results }) =>
    results.filter((result) => result.rung === rung && result.score !== null)
      .map(({ minute, score }): [number, number, number] => [minute, score!, trial])).sort((a, b) => a[0] - b[0]));
  let best = -Infinity;
  const bestSoFar = byRung.at(-1)!.map(([minute, score]): [number, number] => [minute, (best = Math.max(best, score))]);
  const names = [...rungs.map((epochs) => `after ${epochsOf(epochs)}`), 'best of the last rung'];
  return chartCard({
    id: 'time',
    title,
    note: 'A mark is a trial at a rung. Before the last rung the network alone is measured, at the last the whole model.',
    height: 340,
    option: (colours, width) => ({
      ...frame(colours, `dev ${measure}`, legendHeight(names, width)),
      tooltip: { show: false },
      legend: legend(colours, names),
      xAxis: axis(colours, 'minutes', 'value', { min: 0 }),
      yAxis: axis(colours, '', 'value', { scale: true }),
      series: [
        ...byRung.map((points, rung) => ({
          ...look(rung, 0),
          name: names[rung],
          color: seriesColour(colours, rung),
          lineStyle: { width: 0 },
          symbolSize: 8,
          data: points.map(([minute, score]) => [minute, score]),
        })),
        {
          type: 'line', name: names.at(-1), step: 'end', symbol: 'none', color: colours.text, lineStyle: { width: 1.5 },
          data: bestSoFar,
        },
      ],
    }),
    table: () => ({
      caption: title,
      columns: ['trial', 'minutes', 'epochs', `dev ${measure}`],
      rows: byRung.flatMap((points, rung) =>
        points.map(([minute, score, trial]) => [String(trial), minute, rungs[rung]!, score])),
    }),
  }).element;
}
