#!/bin/sh
# Puts syncd in its place, or takes it away again: one virtual environment, a link to its program, the unit,
# the account's description, a first file of settings. `make install`, `make uninstall`, `make deb` call it.
#
#   place.sh install|uninstall
#
# PREFIX   below which all stands but the settings; /usr/local
# HOUSE    the virtual environment; PREFIX/lib/syncd
# DESTDIR  a folder that stands for /, for who makes a package; nothing outside of it is touched then
# PYTHON   that the environment is made of; it must stay installed
# PIP      the pip that fills it
# WHEELS   a folder with the wheels of syncd and of all it needs; without it: this checkout, and PyPI as
#          requirements.lock has it
set -eu
umask 022

PREFIX=${PREFIX:-/usr/local}
HOUSE=${HOUSE:-$PREFIX/lib/syncd}
DESTDIR=${DESTDIR:-}
PYTHON=${PYTHON:-/usr/bin/python3}
PIP=${PIP:-.venv/bin/pip}
WHEELS=${WHEELS:-}

case $PREFIX$HOUSE in
*[!A-Za-z0-9/._-]* | [!/]*) echo "PREFIX and HOUSE are absolute paths of letters, digits, / . _ -" >&2; exit 2 ;;
esac

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "syncd needs Python 3.11 or newer, $PYTHON is none" >&2; exit 1; }
case $("$PYTHON" -c 'import sys; print(sys.base_prefix)') in
/home/* | /root/*) echo "$PYTHON stands in a home folder, which the service cannot see: name another one" >&2; exit 1 ;;
esac

house=$DESTDIR$HOUSE
program=$DESTDIR$PREFIX/bin/syncd
unit=$DESTDIR$PREFIX/lib/systemd/system/syncd.service
account=$DESTDIR$PREFIX/lib/sysusers.d/syncd.conf
manual=$DESTDIR$PREFIX/share/doc/syncd
settings=$DESTDIR/etc/syncd

is_live() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ]; }

pip_install() {
  "$PIP" --python "$house.new/bin/python" --disable-pip-version-check --quiet install --no-compile \
    --root-user-action ignore "$@"
}

fill() {
  rm -rf "$house.new"
  mkdir -p "${house%/*}"
  "$PYTHON" -m venv --without-pip "$house.new"
  if [ -n "$WHEELS" ]; then
    pip_install --no-index --find-links "$WHEELS" syncd
  else
    pip_install --require-hashes --requirement requirements.lock
    pip_install --no-deps .
  fi
  # It is made beside its place: what names that place is written anew.
  grep -rlIF "$house.new" "$house.new/bin" "$house.new/pyvenv.cfg" | while read -r file; do
    sed -i "s|$house.new|$HOUSE|g" "$file"
  done
  # The service may not write here, so what Python would keep is made now.
  "$house.new/bin/python" -m compileall -q -j 0 -s "$house.new" -p "$HOUSE" "$house.new/lib"
}

install_() {
  fill
  rm -rf "$house.old"
  if [ -e "$house" ]; then mv "$house" "$house.old"; fi
  mv "$house.new" "$house"
  rm -rf "$house.old"
  mkdir -p "${program%/*}" "${unit%/*}" "${account%/*}" "$manual" "$settings"
  ln -sfn "$HOUSE/bin/syncd" "$program"
  sed -e "s|^ExecStart=/usr/bin/syncd|ExecStart=$PREFIX/bin/syncd|" \
    -e "s|^Documentation=.*|Documentation=file:$PREFIX/share/doc/syncd/operate.md|" deploy/syncd.service >"$unit"
  chmod 644 "$unit"
  install -m 644 deploy/syncd.sysusers "$account"
  install -m 644 docs/operate.md CHANGELOG.md LICENSE "$manual"
  install -d -m 700 "$settings/credentials"
  if [ -e "$settings/syncd.env" ]; then
    echo "kept: $settings/syncd.env"
  else
    install -m 644 deploy/syncd.env "$settings/syncd.env"
  fi
  if is_live; then
    systemd-sysusers "$account"
    systemctl daemon-reload
  fi
  echo "installed: $HOUSE, $PREFIX/bin/syncd, syncd.service (not started; docs/operate.md tells what comes next)"
}

uninstall() {
  if is_live; then
    systemctl disable --now syncd.service 2>/dev/null || true
  fi
  rm -rf "$house" "$house.new" "$house.old" "$manual"
  rm -f "$program" "$unit" "$account"
  if is_live; then
    systemctl daemon-reload
  fi
  echo "removed: $HOUSE, $PREFIX/bin/syncd, syncd.service"
  echo "left: /etc/syncd with the settings and the key, /var/lib/syncd, the account syncd, the schema syncd in the database"
}

case ${1:-} in
install) install_ ;;
uninstall) uninstall ;;
*) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
