/** Styles that libraries insert carry the nonce of this page load, or the content policy would refuse them. */

export const nonce = document.querySelector('meta[name=style-nonce]')?.getAttribute('content') ?? '';

/** Only once, before the first library makes an element. */
export function giveStylesTheNonce(): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (name.toLowerCase() === 'style') element.setAttribute('nonce', nonce);
    return element;
  }) as typeof document.createElement;
}
