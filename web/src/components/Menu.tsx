/**
 * A menu button after the ARIA pattern: arrows, Home, End, Escape, Tab; closes when something else is pressed. The list
 * lives in the top layer (popover), so no box around it can cut it off, and at the end of its button's landmark, not beside
 * the button: where a list is sorted anew, its rows are taken out and put in again, and a popover that is taken out closes
 * unheard.
 */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { createPortal } from "react-dom";

export interface MenuItem {
  id: string;
  label: ReactNode;
  icon?: ReactNode;
  detail?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Present where the items are a choice of one. */
  checked?: boolean;
  run: () => void;
}

interface Props {
  label: string;
  className?: string;
  button: ReactNode;
  groups: readonly { label?: string; items: readonly MenuItem[] }[];
}

const GAP_PX = 6;
const EDGE_PX = 8;

export function Menu({ label, className = "icon-button", button, groups }: Props) {
  /** Where the open list lives: what lies outside an open dialog cannot be pressed. Null while closed. */
  const [host, setHost] = useState<Element | null>(null);
  const open = host !== null;
  const trigger = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const box = list.current;
    const anchor = trigger.current;
    if (!open || box === null || anchor === null) return;
    box.showPopover();
    place(box, anchor.getBoundingClientRect());
    (box.querySelector<HTMLElement>('[aria-checked="true"]') ?? itemsIn(box)[0])?.focus();
  }, [open]);

  useEffect(() => {
    if (!open) return undefined;
    const close = () => setHost(null);
    window.addEventListener("resize", close);
    return () => window.removeEventListener("resize", close);
  }, [open]);

  const show = () => setHost(landmark(trigger.current) ?? document.body);

  const close = () => {
    setHost(null);
    trigger.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const items = list.current === null ? [] : itemsIn(list.current);
    const at = items.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={className === "icon-button" ? label : undefined}
        onClick={() => (open ? setHost(null) : show())}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          show();
        }}
      >
        {button}
      </button>
      {host !== null &&
        createPortal(
          <div
            ref={list}
            id={id}
            className="menu"
            role="menu"
            aria-label={label}
            tabIndex={-1}
            popover="auto"
            onToggle={(event) => {
              if (event.newState === "closed") setHost(null);
            }}
            onKeyDown={onKeyDown}
          >
            {groups.map((group, index) => (
              <div key={index} role="group" aria-label={group.label} className="menu-group">
                {group.label !== undefined && (
                  <span className="menu-label" aria-hidden="true">
                    {group.label}
                  </span>
                )}
                {group.items.map((item) => (
                  <button
                    key={item.id}
                    type="button"
                    role={item.checked === undefined ? "menuitem" : "menuitemradio"}
                    aria-checked={item.checked}
                    disabled={item.disabled}
                    tabIndex={-1}
                    className={item.danger ? "menu-item danger" : "menu-item"}
                    onClick={() => {
                      close();
                      item.run();
                    }}
                  >
                    {item.icon}
                    <span className="menu-text">
                      {item.label}
                      {item.detail !== undefined && <small>{item.detail}</small>}
                    </span>
                  </button>
                ))}
              </div>
            ))}
          </div>,
          host,
        )}
    </>
  );
}

function landmark(button: Element | null): Element | null | undefined {
  return button?.closest("dialog") ?? button?.closest("main, nav, aside") ?? button?.closest("header");
}

function itemsIn(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
}

/** Under the button, or above it where there is no room; never past the window's edge. */
function place(box: HTMLElement, anchor: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const below = anchor.bottom + GAP_PX + height <= innerHeight - EDGE_PX;
  const left = anchor.left + width <= innerWidth - EDGE_PX ? anchor.left : anchor.right - width;
  box.style.left = `${Math.max(EDGE_PX, left)}px`;
  box.style.top = `${Math.max(EDGE_PX, below ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - height)}px`;
}
