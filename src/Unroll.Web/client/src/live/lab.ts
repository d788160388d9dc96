import type { Engine, Request } from './engine';
import type { State } from './link';
import { isError, type Action, type Answer, type Sentence, type Settings, type Value, type View } from './view';

/** What is shown: the engine's view and what is chosen in the page. */
export interface Shown {
  view: View;
  losses: Value[];
  rivalLosses: Value[];
  /** The sentence whose gradients and gates are shown. */
  chosen: Sentence;
  /** How many words of the next training sentence were read one by one; 0 before the first. */
  word: number;
  isRunning: boolean;
  isDragging: boolean;
}

export interface Part {
  update: (shown: Shown) => void;
}

const SAMPLES_IN_PLANE = 2;
const MOST_WORDS = 64;

/** A text of at most as many words as the engine shows. */
export function shortened(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return words.length <= MOST_WORDS ? text : words.slice(0, MOST_WORDS).join(' ');
}

/** What an action changes: all of it but the value. */
const target = (action: Action): string => JSON.stringify(action.slice(0, -1));

/** The page's side of the lab: it asks the engine, one request at a time, and tells the parts of the page. */
export class Lab {
  typed = '';
  done = new Set<string>();
  isRunning = false;
  isDragging = false;
  word = 0;
  view: View | null = null;
  /** Milliseconds from the last drag of a weight to the picture that shows it. */
  dragTime = 0;
  private losses: Value[] = [];
  private rivalLosses: Value[] = [];
  private pending: Promise<unknown> = Promise.resolve();
  private waitingDrag: { action: Action; replaces: boolean; since: number } | null = null;
  private readonly parts: Part[] = [];

  constructor(private readonly engine: Engine, private readonly complain: (message: string) => void) {}

  add(...parts: Part[]): void {
    this.parts.push(...parts);
  }

  /** Sentences that are shown: the first samples, the one that is trained next, the one that was typed. */
  watch(): string[] {
    const samples: Answer[] = this.view?.samples ?? [];
    const next = samples[this.view?.nextSample ?? 0];
    const texts = samples.slice(0, SAMPLES_IN_PLANE).map((sample) => sample.text);
    if (next && this.word > 0) texts.push(next.text);
    if (this.typed.trim() !== '') texts.push(this.typed);
    return [...new Set(texts)];
  }

  start(state: State): Promise<boolean> {
    this.typed = shortened(state.typed ?? '');
    this.word = 0;
    for (const id of state.done ?? []) this.done.add(id);
    this.losses = [];
    this.rivalLosses = [];
    const { settings, journal, rival } = state;
    return this.ask({ do: 'start', settings, journal, rival: rival ?? null });
  }

  /** Begins again with other settings; a race goes on. */
  restart(changes: Partial<Settings>): Promise<boolean> {
    const settings = { ...this.view!.settings, lr: this.view!.lr, ...changes };
    const clip = 'clip' in changes ? changes.clip : this.view!.clip;
    const others = Object.fromEntries(Object.entries(settings).filter(([name]) => name !== 'rows' && name !== 'clip'));
    const rows = settings.task === 'own' && settings.rows !== undefined ? { rows: settings.rows } : {};
    const rival = this.view!.rival?.cell;
    return this.start({
      settings: { ...others, ...rows, ...(clip === undefined ? {} : { clip }) }, journal: [], typed: this.typed,
      ...(rival === undefined ? {} : { rival }),
    });
  }

  /** Another task, with the settings that suit it; own rows are a label, a tab and a text in each line. */
  choose(task: string, rows?: string): Promise<boolean> {
    const { seed } = this.view!.settings;
    return this.start({ settings: { task, seed, ...(rows === undefined ? {} : { rows }) }, journal: [] });
  }

  act(...action: Action): Promise<boolean> {
    this.word = 0;
    return this.ask({ do: 'act', action, replaces: false });
  }

  /** An action that stands in the place of the one before, as while something is dragged; only the latest is asked for. */
  drag(action: Action, isFirst: boolean): void {
    this.word = 0;
    const waiting = this.waitingDrag;
    if (waiting !== null && target(waiting.action) === target(action)) {
      waiting.action = action;
      return;
    }
    const drag = { action, replaces: !isFirst, since: performance.now() };
    this.waitingDrag = drag;
    void this.enqueue(async () => {
      if (this.waitingDrag === drag) this.waitingDrag = null;
      await this.send({ do: 'act', action: drag.action, replaces: drag.replaces });
      this.dragTime = performance.now() - drag.since;
    });
  }

  seek(moment: number): Promise<boolean> {
    this.word = 0;
    return this.ask({ do: 'seek', moment });
  }

  race(cell: string | null): Promise<boolean> {
    this.rivalLosses = [];
    return this.ask({ do: 'rival', cell });
  }

  look(): Promise<boolean> {
    return this.ask({ do: 'look' });
  }

  /** Shows what is known again, as after a choice in the page. */
  show(): void {
    if (this.view === null) return;
    const { view } = this;
    const next = view.samples[view.nextSample]?.text;
    const wanted = this.word > 0 ? next : this.typed.trim() === '' ? view.samples[0]?.text : this.typed;
    const chosen = view.sentences.find((sentence) => sentence.text === wanted) ?? view.sentences[0]!;
    const shown: Shown = {
      view, chosen, losses: this.losses, rivalLosses: this.rivalLosses, word: this.word, isRunning: this.isRunning,
      isDragging: this.isDragging,
    };
    for (const part of this.parts) part.update(shown);
  }

  /** What a link to here holds. */
  state(): State {
    const { settings, journal, rival } = this.view!;
    return {
      settings, journal,
      ...(this.typed === '' ? {} : { typed: this.typed }),
      ...(rival === undefined ? {} : { rival: rival.cell }),
      ...(this.done.size === 0 ? {} : { done: [...this.done] }),
    };
  }

  /** Whether the engine did it; else the page says what was wrong. */
  private ask(request: Request): Promise<boolean> {
    return this.enqueue(() => this.send(request));
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.pending.then(work);
    this.pending = next.catch(() => undefined);
    return next;
  }

  private async send(request: Request): Promise<boolean> {
    // A new session has other samples than those that are watched now.
    const watch = request.do === 'start' ? [] : this.watch();
    const reply = await this.engine.call({ ...request, watch, losses: this.losses.length });
    if (isError(reply)) {
      this.complain(reply.error);
      return false;
    }
    this.complain('');
    this.take(reply);
    if (this.needsSentences()) return this.send({ do: 'look' });
    this.show();
    return true;
  }

  private needsSentences(): boolean {
    const shown = this.view!.sentences.map((sentence) => sentence.text);
    return this.watch().some((text) => !shown.includes(text));
  }

  private take(view: View): void {
    this.view = view;
    this.losses.length = Math.min(this.losses.length, view.firstLoss);
    this.losses.push(...view.losses);
    if (view.rival) {
      this.rivalLosses.length = Math.min(this.rivalLosses.length, view.rival.firstLoss);
      this.rivalLosses.push(...view.rival.losses);
    } else {
      this.rivalLosses = [];
    }
    for (const mission of view.missions) if (mission.done) this.done.add(mission.id);
  }
}
