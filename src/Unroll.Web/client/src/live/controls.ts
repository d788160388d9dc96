import { element } from '../page/element';
import { button, labelled, say, select } from './card';
import type { Lab, Part } from './lab';

interface Speed {
  name: string;
  /** Updates of one request; 0 for a whole epoch. */
  updates: number;
  /** Milliseconds from one request to the next. */
  pause: number;
  epochs: number;
}

const SPEEDS: Speed[] = [
  { name: 'two updates a second', updates: 1, pause: 500, epochs: 0 },
  { name: 'ten epochs a second', updates: 0, pause: 100, epochs: 1 },
  { name: 'an epoch a picture', updates: 0, pause: 16, epochs: 1 },
  { name: 'as fast as it goes', updates: 0, pause: 0, epochs: 10 },
];

/** Step, run, pause, speed, and the way back. */
export function controls(lab: Lab): { element: HTMLElement; part: Part } {
  const word = button('step-word', 'Step a word', () => void stepWord());
  const update = button('step-update', 'Step an update', () => void lab.act('step', 1));
  const run = button('run', 'Run', () => void toggle());
  const until = element('input', { id: 'until', type: 'number', min: 1, max: 100_000, value: 300 });
  const speed = select('speed', SPEEDS.map(({ name }, i) => [String(i), name]), () => undefined);
  speed.value = '2';
  const reset = button('reset', 'Begin again', () => void lab.restart({}));
  const scrub = element('input', {
    id: 'scrub', type: 'range', min: 0, max: 0, value: 0, 'aria-label': 'Epoch to look at', input: () => {
      stop();
      seek(Number(scrub.value));
    },
  });
  const where = element('output', { id: 'where', for: 'scrub' });
  const state = element('p', { id: 'state', role: 'status' });
  const bar = element('div', { class: 'controls', role: 'group', 'aria-label': 'Training' },
    element('div', { class: 'row' }, run, labelled('to epoch', until), labelled('speed', speed), update, word, reset),
    element('div', { class: 'row scrubber' }, scrub, where), state);

  // The latest wish alone counts while the engine is busy.
  let wish: number | null = null;
  function seek(moment: number): void {
    const isBusy = wish !== null;
    wish = moment;
    if (isBusy) return;
    void (async () => {
      while (wish !== null) {
        const next: number = wish;
        await lab.seek(next);
        if (wish === next) wish = null;
      }
    })();
  }

  async function stepWord(): Promise<void> {
    const { view } = lab;
    if (!view) return;
    const words = view.samples[view.nextSample]!.text.split(/\s+/).filter((each) => each !== '').length;
    if (lab.word >= words) {
      await lab.act('step', 1);
      return;
    }
    lab.word++;
    await lab.look();
  }

  function stop(): void {
    if (!lab.isRunning) return;
    lab.isRunning = false;
    lab.show();
  }

  async function toggle(): Promise<void> {
    if (lab.isRunning) {
      stop();
      return;
    }
    if (!lab.view) return;
    if (lab.view.epoch >= Number(until.value)) until.value = String(lab.view.epoch + 300);
    lab.isRunning = true;
    while (isOn()) {
      const started = performance.now();
      const { view } = lab;
      const { updates, pause, epochs } = SPEEDS[Number(speed.value)]!;
      const left = view.samples.length - view.nextSample + view.samples.length * (Number(until.value) - view.epoch - 1);
      if (left <= 0 || view.diverged) break;
      const wanted = updates > 0 ? updates : view.samples.length * epochs - view.nextSample;
      if (!await lab.act('step', Math.min(left, wanted))) break;
      await new Promise((go) => { setTimeout(go, Math.max(0, pause - (performance.now() - started))); });
    }
    lab.isRunning = false;
    lab.show();
  }

  // Somebody else may have stopped it while it waited.
  const isOn = (): boolean => lab.isRunning;

  return {
    element: bar,
    part: {
      update: ({ view, isRunning, losses }) => {
        say(run, isRunning ? 'Pause' : 'Run');
        run.classList.toggle('primary', true);
        scrub.max = String(view.moments - 1);
        if (wish === null) scrub.value = String(view.at);
        const next = view.samples[view.nextSample]?.text ?? '';
        const latest = losses.length > view.epoch ? ` of ${losses.length}` : '';
        say(where, `Epoch ${view.epoch}${latest}`);
        scrub.setAttribute('aria-valuetext', `epoch ${view.epoch}`);
        say(state, view.diverged
          ? 'Training has diverged: a number is no number any more. Go back with the slider, or begin again.'
          : isRunning ? '' : `Next: “${next}”${lab.word > 0 ? `, ${lab.word} words read` : ''}.`);
      },
    },
  };
}
