/** The page's icons, drawn on a 20 by 20 grid with a 1.5 stroke; always decoration, the control beside them has a name. */
import type { ReactNode } from "react";

function icon(drawing: ReactNode) {
  return function Icon() {
    return (
      <svg
        className="icon"
        viewBox="0 0 20 20"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };
}

export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const MenuIcon = icon(<path d="M3.5 6.5h13M3.5 13.5h9" />);
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const MoreIcon = icon(<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.4" />);
export const SendIcon = icon(<path d="M10 16V4.5M5 9l5-5 5 5" strokeWidth="1.8" />);
export const StopIcon = icon(<rect x="6" y="6" width="8" height="8" rx="1.5" fill="currentColor" stroke="none" />);
export const CopyIcon = icon(
  <>
    <rect x="7.5" y="7.5" width="8.5" height="8.5" rx="2" />
    <path d="M12.5 4.8A1.8 1.8 0 0 0 10.8 4H6a2 2 0 0 0-2 2v4.8c0 .7.3 1.3.8 1.7" />
  </>,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.7 3.7 7.3-8" />);
export const AgainIcon = icon(<path d="M15.8 8.5A6 6 0 1 0 16 11.5M16 4.5v4h-4" />);
export const LeftIcon = icon(<path d="m12 5-5 5 5 5" />);
export const RightIcon = icon(<path d="m8 5 5 5-5 5" />);
export const DownIcon = icon(<path d="M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5" />);
export const ChevronIcon = icon(<path d="m6 8 4 4 4-4" />);
export const PenIcon = icon(<path d="M12.5 4.5 15.5 7.5 7.5 15.5l-3.5.5.5-3.5z" />);
export const BinIcon = icon(<path d="M4 6h12M8 6V4.5h4V6M5.5 6l.7 9.5h7.6l.7-9.5" />);
export const AlertIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.8v3.7M10 13.2h.01" />
  </>,
);
export const ShieldIcon = icon(<path d="M10 3.5 4.8 5.3v4.2c0 3.3 2.2 5.7 5.2 7 3-1.3 5.2-3.7 5.2-7V5.3z" />);
export const ClockIcon = icon(
  <>
    <circle cx="10" cy="10" r="6.5" />
    <path d="M10 6.5V10l2.3 1.5" />
  </>,
);
export const EyeIcon = icon(
  <>
    <path d="M2.8 10S5.5 5.2 10 5.2 17.2 10 17.2 10 14.5 14.8 10 14.8 2.8 10 2.8 10z" />
    <circle cx="10" cy="10" r="2" />
  </>,
);
export const ExitIcon = icon(
  <path d="M8 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8M12.5 13l3-3-3-3M15 10H8" />,
);
