/** A modal question: its title, what it is about, and what can be done. */
import { useId, type ReactNode } from "react";
import { Modal } from "./Modal";

interface Props {
  title: string;
  children: ReactNode;
  actions: ReactNode;
  onClose: () => void;
}

export function Dialog({ title, children, actions, onClose }: Props) {
  const id = useId();
  return (
    <Modal className="dialog" aria-labelledby={id} onClose={onClose}>
      <div className="dialog-body">
        <h2 id={id} dir="auto">
          {title}
        </h2>
        {children}
        <div className="dialog-actions">{actions}</div>
      </div>
    </Modal>
  );
}
