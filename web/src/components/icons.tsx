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
export const ThoughtIcon = icon(
  <path d="M7.5 14.5h5M8 17h4M7.6 12.4a5 5 0 1 1 4.8 0c-.3.2-.4.5-.4.8v1.3H8v-1.3c0-.3-.1-.6-.4-.8Z" />,
);
export const ToolIcon = icon(
  <path d="M11.6 4.2a3.9 3.9 0 0 1 4.3 5.3l-2.4-2.3-1.9.4-.4 1.9 2.3 2.3a3.9 3.9 0 0 1-5.2-1.2L4.6 14.3a1.5 1.5 0 0 0 2.1 2.1l3-3" />,
);
export const ThumbUpIcon = icon(
  <path d="M6.5 9v7.5h-3V9zM6.5 9.2 9.6 3.5c1 0 1.8.8 1.8 1.8v3h4a1.4 1.4 0 0 1 1.4 1.7l-1.2 5.3a1.5 1.5 0 0 1-1.5 1.2H6.5" />,
);
export const ThumbDownIcon = icon(
  <path d="M13.5 11V3.5h3V11zM13.5 10.8l-3.1 5.7c-1 0-1.8-.8-1.8-1.8v-3h-4a1.4 1.4 0 0 1-1.4-1.7l1.2-5.3a1.5 1.5 0 0 1 1.5-1.2h7.6" />,
);
export const BookmarkIcon = icon(<path d="M5.5 3.5h9v13L10 13.2l-4.5 3.3z" />);
export const FolderIcon = icon(<path d="M2.8 15.5v-11h4.7l1.8 2h7.9v9z" />);
export const MaskIcon = icon(
  <path d="M3 6.5c4.5-1.6 9.5-1.6 14 0 .3 5-2 8.5-4.2 8.5-1.6 0-1.7-1.8-2.8-1.8S8.8 15 7.200 15C5 15 2.700 11.500 3 6.500ZM6.500 9.300c.9-.5 1.800-.4 2.500.2M13.500 9.300c-.9-.5-1.800-.4-2.500.2" />,
);
export const ClipIcon = icon(
  <path d="m15.5 9.5-5.6 5.6a3.5 3.5 0 0 1-5-5l6-6a2.4 2.4 0 0 1 3.4 3.4l-5.9 5.9a1.2 1.2 0 0 1-1.7-1.7l5.2-5.2" />,
);
export const FileIcon = icon(<path d="M5.5 3.5h5.5l3.5 3.5v9.5h-9zM11 3.5V7h3.5M8 10.5h4M8 13.5h4" />);
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
export const ColumnsIcon = icon(
  <>
    <rect x="3.5" y="4.5" width="5.5" height="11" rx="1.5" />
    <rect x="11" y="4.5" width="5.5" height="11" rx="1.5" />
  </>,
);
export const RowsIcon = icon(
  <>
    <rect x="3.5" y="4" width="13" height="5" rx="1.5" />
    <rect x="3.5" y="11" width="13" height="5" rx="1.5" />
  </>,
);
export const SplitIcon = icon(
  <path d="M3.5 10H8c2.5 0 2.5-5 5-5h3.5M8 10c2.5 0 2.5 5 5 5h3.5M14.5 3l2 2-2 2M14.5 13l2 2-2 2" />,
);
export const UpIcon = icon(<path d="m6 12 4-4 4 4" />);
export const UndoIcon = icon(<path d="M7.5 4.5 4 8l3.5 3.5M4.5 8H12a4 4 0 0 1 0 8H8.5" />);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.5 3.5" />
  </>,
);
export const ChatIcon = icon(<path d="M4 5.5h12v8H9l-3 2.5v-2.5H4z" />);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3" />
    <path d="M10 3.5V5M10 15v1.5M3.5 10H5M15 10h1.5M5.4 5.4l1 1M13.6 13.6l1 1M14.6 5.4l-1 1M6.4 13.6l-1 1" />
  </>,
);
export const MoonIcon = icon(<path d="M15.5 12A6 6 0 0 1 8 4.5a6 6 0 1 0 7.5 7.5z" />);
export const PinIcon = icon(<path d="M7.5 3.5h5M8.5 3.5v5L6 11.5h8L11.5 8.5v-5M10 11.5v5" />);
export const ArchiveIcon = icon(<path d="M3.5 4.5h13v3h-13zM4.5 7.5v8h11v-8M8 10.5h4" />);
export const LinkIcon = icon(
  <path d="M8.5 11.5a3 3 0 0 0 4.2 0l2.6-2.6a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.2 0l-2.6 2.6a3 3 0 0 0 4.2 4.2l1-1" />,
);
export const DownloadIcon = icon(<path d="M10 3.5v9M6.5 9.5 10 13l3.5-3.5M4 16h12" />);
export const UploadIcon = icon(<path d="M10 13V4M6.5 7 10 3.5 13.5 7M4 16h12" />);
export const ExitIcon = icon(
  <path d="M8 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8M12.5 13l3-3-3-3M15 10H8" />,
);
export const GearIcon = icon(
  <>
    <circle cx="10" cy="10" r="2.6" />
    <path d="M10 3.2v2.2M10 14.6v2.2M3.2 10h2.2M14.6 10h2.2M5.2 5.2l1.6 1.6M13.2 13.2l1.6 1.6M14.8 5.2l-1.6 1.6M6.8 13.2l-1.6 1.6" />
  </>,
);
