#!/bin/sh
# How Maven builds (`build`) and tests (`test`) the page: finds Node, installs the packages of the lock file, and does
# nothing where neither the sources nor Node have changed since the last success. The stamps lie under target/.
set -eu
cd "$(dirname "$0")/.."

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "The chat page is built with Node.js 20.19 or newer, and there is no node and npm on the PATH." >&2
  echo "Install it (Debian, Ubuntu: apt install nodejs npm; macOS: brew install node; or nodejs.org) and build again." >&2
  exit 1
fi
exec node scripts/maven.mjs "$1"
