import type { ReactNode } from 'react';

interface Props {
  className?: string;
}

/** Line icons on a 24 px grid, drawn for Hubbub. They decorate: the control beside them has the name. */
function icon(paths: ReactNode) {
  return function Icon({ className = 'size-5' }: Props) {
    return (
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        className={`shrink-0 ${className}`}
        aria-hidden="true"
      >
        {paths}
      </svg>
    );
  };
}

export const HashIcon = icon(<path d="M9.5 4 7.8 20M16.2 4l-1.7 16M4.5 9h15.6M3.9 15h15.6" />);
export const LockIcon = icon(
  <>
    <rect x="5" y="11" width="14" height="9" rx="2.2" />
    <path d="M8.2 11V8a3.8 3.8 0 0 1 7.6 0v3" />
  </>,
);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4.2 4.2" />
  </>,
);
export const CompassIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="m15.4 8.6-1.9 4.9-4.9 1.9 1.9-4.9z" />
  </>,
);
export const PeopleIcon = icon(
  <>
    <circle cx="9" cy="8.2" r="3.4" />
    <path d="M2.8 19.5c.5-3.5 3-5.4 6.2-5.4s5.7 1.9 6.2 5.4M15.6 5a3.4 3.4 0 0 1 0 6.4M17.7 14.5c2 .7 3.2 2.4 3.6 5" />
  </>,
);
export const DotsIcon = icon(
  <>
    <circle cx="5.5" cy="12" r="0.9" />
    <circle cx="12" cy="12" r="0.9" />
    <circle cx="18.5" cy="12" r="0.9" />
  </>,
);
export const CloseIcon = icon(<path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />);
export const BackIcon = icon(<path d="m14.5 5.5-6.5 6.5 6.5 6.5" />);
export const DownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />);
export const SendIcon = icon(<path d="m4.5 11.8 15-7.3-5.5 15-2.7-6.3z M11.3 13.2l8.2-8.7" />);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.5L19 7.5" />);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.5V12l3 2" />
  </>,
);
export const AlertIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.8v5M12 16.2v.1" />
  </>,
);
export const EyeIcon = icon(
  <>
    <path d="M2.5 12c2-4 5.5-6.3 9.5-6.3s7.5 2.3 9.5 6.3c-2 4-5.5 6.3-9.5 6.3S4.5 16 2.5 12Z" />
    <circle cx="12" cy="12" r="2.8" />
  </>,
);
export const EyeOffIcon = icon(
  <path d="M4 4l16 16M9.9 5.9A10 10 0 0 1 12 5.7c4 0 7.5 2.3 9.5 6.3a13 13 0 0 1-2.8 3.7M6 7.4A12.5 12.5 0 0 0 2.5 12c2 4 5.5 6.3 9.5 6.3 1.5 0 2.9-.3 4.2-.9M9.8 9.9a2.8 2.8 0 0 0 4 4" />,
);
export const SignOutIcon = icon(
  <path d="M10 4.5H6.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2H10M15.5 8l4 4-4 4M19 12h-9" />,
);
export const CloudOffIcon = icon(
  <path d="M4 4l16 16M8.3 8.3A6 6 0 0 0 6.5 11 4 4 0 0 0 7 19h10c.5 0 1-.1 1.5-.3M11 6.6a6 6 0 0 1 6.5 4.9A3.8 3.8 0 0 1 20.6 16" />,
);
export const SlidersIcon = icon(
  <>
    <path d="M4 8h9M17.5 8H20M4 16h2.5M11 16h9" />
    <circle cx="15.3" cy="8" r="2.2" />
    <circle cx="8.7" cy="16" r="2.2" />
  </>,
);
export const ChevronsIcon = icon(<path d="m8 9.5 4-4 4 4M8 14.5l4 4 4-4" />);
export const ChecksIcon = icon(<path d="m2 12.8 4.2 4.2 8.6-9.5M11.5 16.2l.8.8L21.6 7.5" />);
export const SmileIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M8.3 14.2c1.9 2.9 5.5 2.9 7.4 0M9 9.7v.1M15 9.7v.1" />
  </>,
);
export const ReplyIcon = icon(<path d="M9.5 6 4.5 11l5 5M5 11h8.5a6 6 0 0 1 6 6v1.5" />);
export const PencilIcon = icon(<path d="m4.5 19.5.9-4L16 4.9l3.1 3.1L8.5 18.6zM13.8 7.1l3.1 3.1" />);
export const TrashIcon = icon(
  <path d="M4.5 7h15M9.5 7V4.8h5V7M6.3 7l.9 12.5h9.6L17.7 7M10.2 10.5v5.5M13.8 10.5v5.5" />,
);
export const LinkIcon = icon(
  <path d="M10 14a4 4 0 0 0 5.8.2l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.8-.2l-3 3a4 4 0 0 0 5.7 5.7l1-1" />,
);
export const BellIcon = icon(
  <path d="M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10.3 20.2c.9.9 2.5.9 3.4 0" />,
);
export const BellOffIcon = icon(
  <path d="M4 4l16 16M8.2 7a5.5 5.5 0 0 1 9.3 4v3.5M6.5 10v6.5L5 18h13M10.3 20.2c.9.9 2.5.9 3.4 0" />,
);
export const KeyboardIcon = icon(
  <>
    <rect x="3" y="6" width="18" height="12" rx="2.2" />
    <path d="M7 10v.1M10.3 10v.1M13.7 10v.1M17 10v.1M8 14h8" />
  </>,
);
export const ThreadIcon = icon(<path d="M5 5h14v10.5h-8L7 19v-3.5H5zM9 9h6M9 12h4" />);
export const CalendarIcon = icon(
  <>
    <rect x="4" y="5.5" width="16" height="14" rx="2.2" />
    <path d="M4 10h16M8.5 3.5v4M15.5 3.5v4" />
  </>,
);
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8.2" r="3.6" />
    <path d="M5.2 19.5c.6-3.5 3.3-5.4 6.8-5.4s6.2 1.9 6.8 5.4" />
  </>,
);
