// What a chart registers (listeners, observers, ECharts' instance) lives as long as its element stands in the page.

const releases = new Map<Element, () => void>();

/** Has `release` called once the element is disposed of. */
export const onDispose = (element: Element, release: () => void): void => void releases.set(element, release);

/** Releases what an element and all within it have registered. */
export function dispose(part: Element): void {
  for (const [element, release] of releases) {
    if (!part.contains(element)) continue;
    releases.delete(element);
    release();
  }
}

/** Puts other content into an element, and disposes of what stood there before and does not any more. */
export function replaceContent(parent: Element, ...content: Element[]): void {
  const before = [...parent.children];
  parent.replaceChildren(...content);
  for (const old of before) if (old.parentNode !== parent) dispose(old);
}
