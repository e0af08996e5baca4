export type Direction = 'up' | 'down' | 'left' | 'right';

/** Moves the focus from card to card, as the arrow keys would in a table: sideways keeps the height. */
export function moveFocus(direction: Direction): void {
  const columns = [...document.querySelectorAll<HTMLElement>('[data-column]')]
    .map((column) => [...column.querySelectorAll<HTMLElement>('[data-task]')])
    .filter((cards) => cards.length > 0);
  const from = document.activeElement;
  const x = columns.findIndex((cards) => cards.includes(from as HTMLElement));
  if (x < 0) {
    columns[0]?.[0]?.focus();
    return;
  }
  const cards = columns[x] ?? [];
  const y = cards.indexOf(from as HTMLElement);
  const beside = columns[x + (direction === 'right' ? 1 : -1)] ?? cards;
  const next = direction === 'down' ? cards[y + 1] : direction === 'up' ? cards[y - 1] : beside[Math.min(y, beside.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
