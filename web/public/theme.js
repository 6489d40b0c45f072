// Runs before the first paint, so that a chosen theme doesn't flash. The content security policy forbids it inline.
try {
  const theme = localStorage.getItem("stoa.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is barred: the system's theme it is.
}
