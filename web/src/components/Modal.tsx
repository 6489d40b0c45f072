/** The browser's own <dialog>, open for as long as it is here: focus stays inside, Escape and the backdrop close it. */
import { useEffect, useRef, type ComponentProps } from "react";

type Props = Omit<ComponentProps<"dialog">, "onClose"> & { onClose: () => void };

export function Modal({ onClose, ...rest }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pressed = useRef(false);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      {...rest}
      ref={dialog}
      // A dialog inside this one closes with an event that React hands up to here.
      onClose={(event) => event.target === event.currentTarget && onClose()}
      // A selection that is dragged out of the dialog ends on the backdrop, and is no click there.
      onPointerDown={(event) => (pressed.current = event.target === event.currentTarget)}
      onClick={(event) => event.target === event.currentTarget && pressed.current && onClose()}
    />
  );
}
