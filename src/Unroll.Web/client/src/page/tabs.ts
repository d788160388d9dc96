import { element } from './element';

export interface Tab {
  id: string;
  title: string;
  /** Called when the tab is first shown. */
  content: () => HTMLElement[];
}

/** Tabs by the pattern of the ARIA practices: arrows, Home and End move and show; one stop for the Tab key. */
export function tabs(all: Tab[]): { list: HTMLElement; panels: HTMLElement[] } {
  const panels = all.map((tab) =>
    element('div', { id: `panel-${tab.id}`, role: 'tabpanel', 'aria-labelledby': `tab-${tab.id}`, tabindex: 0, hidden: true }));
  const buttons = all.map((tab, i) => element('button', {
    id: `tab-${tab.id}`,
    type: 'button',
    role: 'tab',
    'aria-controls': `panel-${tab.id}`,
    click: () => show(i),
    keydown: (event) => move(event as KeyboardEvent, i),
  }, tab.title));

  function show(chosen: number): void {
    all.forEach((tab, i) => {
      const isShown = i === chosen;
      buttons[i]!.setAttribute('aria-selected', String(isShown));
      buttons[i]!.tabIndex = isShown ? 0 : -1;
      panels[i]!.hidden = !isShown;
      if (isShown && !panels[i]!.hasChildNodes()) panels[i]!.append(...tab.content());
    });
    history.replaceState(null, '', `#${all[chosen]!.id}`);
  }

  function move(event: KeyboardEvent, from: number): void {
    const last = all.length - 1;
    const to = {
      ArrowRight: from === last ? 0 : from + 1, ArrowLeft: from === 0 ? last : from - 1, Home: 0, End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
    buttons[to]!.focus();
  }

  show(Math.max(0, all.findIndex((tab) => `#${tab.id}` === location.hash)));
  return { list: element('div', { role: 'tablist', 'aria-label': 'Parts of the page' }, ...buttons), panels };
}
