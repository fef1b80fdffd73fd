/** The width of a part of the page in dots, as it changes: for drawings whose letters are not to grow with them. */
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

export function useWidth<E extends HTMLElement>(otherwise: number, least: number): [RefObject<E | null>, number] {
  const box = useRef<E>(null);
  const [width, setWidth] = useState(otherwise);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const watch = new ResizeObserver(([entry]) => entry !== undefined && setWidth(Math.max(least, entry.contentRect.width)));
    watch.observe(element);
    return () => watch.disconnect();
  }, [least]);
  return [box, width];
}
