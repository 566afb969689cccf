# shellcheck shell=bash
# Installing from the system's packages. Sourced by scripts/setup, after lib.sh.

# Why the last installation was not possible, for the sentence that is shown.
REASON=""

package_manager() {
  local name
  for name in apt-get dnf brew; do
    if command -v "$name" >/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
}

# The packages of the system MANAGER that bring NEED; empty if there are none.
packages_for() {
  case "$1/$2" in
    apt-get/compiler) echo gcc libc6-dev ;;
    apt-get/postgres) echo postgresql ;;
    apt-get/python) echo python3 python3-venv ;;
    apt-get/browser) echo chromium ;;
    dnf/compiler) echo gcc ;;
    dnf/postgres) echo postgresql-server ;;
    dnf/python) echo python3 ;;
    dnf/browser) echo chromium ;;
    brew/postgres) echo postgresql@17 ;;
    brew/python) echo python@3.13 ;;
  esac
}

# One sentence that tells a person how to get NEED on this system.
advice() {
  local manager packages
  manager="$(package_manager)"
  packages="$(packages_for "$manager" "$1")"
  case "$1/$manager" in
    compiler/brew) echo "install it with: xcode-select --install" ;;
    browser/brew) echo "install Google Chrome or Chromium, or name one in CHROMIUM" ;;
    */brew) echo "install it with: brew install $packages" ;;
    */apt-get | */dnf) echo "install it with: sudo $manager install $packages" ;;
    postgres/*) echo "install PostgreSQL's server from your system's packages, or name the directory of its programs in PG_BIN" ;;
    *) echo "install it from your system's packages" ;;
  esac
}

# Installs what brings NEED; false, with REASON set, where that is not possible.
install_for() {
  local manager packages
  manager="$(package_manager)"
  read -ra packages <<<"$(packages_for "$manager" "$1")"
  if [[ ${#packages[@]} -eq 0 ]]; then
    REASON="no package of this system is known for it"
    return 1
  fi
  if [[ "$manager" != brew ]] && ! may_be_root; then
    REASON="this user is not root and sudo without a password is not set up"
    return 1
  fi
  say "setup: installing ${packages[*]} with $manager"
  # shellcheck disable=SC2034 # read by scripts/setup
  REASON="$manager could not install ${packages[*]} (its messages are above)"
  "install_with_${manager%-get}" "${packages[@]}" >&2
}

may_be_root() { ((EUID == 0)) || sudo -n true 2>/dev/null; }

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

install_with_apt() {
  refresh_package_lists
  if [[ "$1" == postgresql ]]; then
    without_main_cluster apt_install "$@"
  else
    apt_install "$@"
  fi
}

apt_install() {
  # The lock's timeout lets two scripts that start at once wait for each other.
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

# The timeout above does not cover the lock of the lists, hence the loop. Lists that stay old are
# no error: they may still be good enough for the installation, which is what counts.
refresh_package_lists() {
  local attempt messages
  for attempt in 1 2 3 4 5 6; do
    messages="$(as_root apt-get update --quiet 2>&1)" && return
    [[ "$messages" == *lock* ]] || break
    sleep "$attempt"
  done
  say "setup: apt-get update failed, going on with the package lists that are there:"
  say "$messages"
}

# Debian's package would create and start a system-wide cluster, which is not wanted here. The
# setting is taken back afterwards, so that later packages create such a cluster as usual.
without_main_cluster() {
  local directory=/etc/postgresql-common/createcluster.d status=0 setting
  setting="$directory/$$-jan-conversations.conf"
  as_root mkdir -p "$directory"
  echo "create_main_cluster = false" | as_root tee "$setting" >/dev/null
  "$@" || status=$?
  as_root rm -f "$setting"
  # Empty directories that only this function made go, too.
  as_root rmdir -p --ignore-fail-on-non-empty "$directory"
  return "$status"
}

install_with_dnf() { as_root dnf install --assumeyes --quiet "$@"; }

install_with_brew() { brew install --quiet "$@"; }
