/** The mark: a walk along the open side of a hall. Roof, five columns and floor run to one vanishing point. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg className="logo" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <path className="logo-roof" d="M2 3.2 30 11.6v2.2L2 7.8z" />
      <path
        className="logo-columns"
        d="M3.4 9.6l3.6.8v15.4l-3.6.9zM10.6 11.2l3 .6v12.5l-3 .7zM16.9 12.5l2.5.5v9.9l-2.5.6zM22.3 13.7l2 .4v7.7l-2 .5zM26.9 14.6l1.6.3v5.9l-1.6.4z"
      />
      <path className="logo-roof" d="M2 28.8v-1.9l28-6.7v1z" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="wordmark">
      <Logo size={26} />
      <span>Stoa</span>
    </span>
  );
}
