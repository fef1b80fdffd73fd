/** A part of the page as a PNG: its elements with the styles they have now, drawn by the browser itself. */

/** Pixels for each of the page's, so that a print is sharp. */
const SCALE = 2;
const MARGIN = 16;
/** What makes a picture; the rest follows from it. */
const STYLES = [
  'align-items',
  'background',
  'border',
  'border-radius',
  'border-top',
  'bottom',
  'color',
  'column-gap',
  'cx',
  'cy',
  'display',
  'dominant-baseline',
  'fill',
  'flex-direction',
  'flex-wrap',
  'font-family',
  'font-size',
  'font-weight',
  'gap',
  'grid-column',
  'grid-template-columns',
  'height',
  'justify-content',
  'left',
  'letter-spacing',
  'line-height',
  'margin',
  'max-width',
  'min-width',
  'opacity',
  'overflow',
  'padding',
  'position',
  'r',
  'right',
  'row-gap',
  'stroke',
  'stroke-dasharray',
  'stroke-width',
  'text-align',
  'text-anchor',
  'text-overflow',
  'top',
  'white-space',
  'width',
] as const;

function dressed(element: Element): Element {
  const copy = document.importNode(element, true);
  const [from, to] = [
    [element, ...element.querySelectorAll('*')],
    [copy, ...copy.querySelectorAll('*')],
  ];
  for (const [index, original] of from.entries()) {
    const style = getComputedStyle(original);
    to[index]?.setAttribute('style', STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(';'));
  }
  return copy;
}

/** @param title is written above the picture */
export async function pngOf(element: HTMLElement, title: string): Promise<Uint8Array> {
  const { width, height } = element.getBoundingClientRect();
  const ground = getComputedStyle(document.body);
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN + 24];
  const page = document.createElementNS('http://www.w3.org/1999/xhtml', 'div');
  const head = document.createElementNS('http://www.w3.org/1999/xhtml', 'div');
  head.textContent = title;
  head.setAttribute('style', `font:600 14px ${ground.fontFamily};color:${ground.color};height:24px`);
  page.append(head, dressed(element));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}"><foreignObject x="${MARGIN}" y="${MARGIN}" width="${width}" height="${height + 24}">${new XMLSerializer().serializeToString(page)}</foreignObject></svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(wide * SCALE);
  canvas.height = Math.round(high * SCALE);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('a picture cannot be drawn here');
  context.fillStyle = ground.getPropertyValue('background-color');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the picture could not be made');
  return new Uint8Array(await blob.arrayBuffer());
}
