#!/bin/sh
# Makes a Debian package of syncd: its virtual environment stands in /opt/syncd, and runs on the Debian it is made on.
#
# OUT    the folder it is put into; dist
# LEVEL  how hard it is compressed, 1 to 19; 10
# PYTHON, PIP, WHEELS  as for scripts/place.sh
set -eu
umask 022

OUT=${OUT:-dist}
LEVEL=${LEVEL:-10}
PYTHON=${PYTHON:-/usr/bin/python3}
export PYTHON

command -v dpkg-deb >/dev/null || { echo 'dpkg-deb is missing: this needs Debian' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

DESTDIR=$work PREFIX=/usr HOUSE=/opt/syncd scripts/place.sh install >/dev/null
mv "$work/usr/share/doc/syncd/LICENSE" "$work/usr/share/doc/syncd/copyright"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
machine=$(dpkg --print-architecture)
minor=$("$PYTHON" -c 'import sys; print(sys.version_info.minor)')
mkdir "$work/DEBIAN"
cat >"$work/DEBIAN/control" <<EOF
Package: syncd
Version: $version
Architecture: $machine
Maintainer: ${MAINTAINER:-syncd <root@localhost>}
Section: net
Priority: optional
Depends: ca-certificates, python3 (>= 3.$minor), python3 (<< 3.$((minor + 1))), systemd (>= 252)
Recommends: postgresql-client
Installed-Size: $(du --summarize --block-size=1K "$work" | cut -f 1)
Description: keeps Shopify shops in sync with a Backoffice in Postgres
 A daemon that sends what changes in a point-of-sale Backoffice to Shopify within
 seconds, gives back orders, customers and counts, and can say why a product looks
 as it does. It needs a database and a shop before it is started.
EOF
echo /etc/syncd/syncd.env >"$work/DEBIAN/conffiles"
install -m 755 deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm "$work/DEBIAN"
(cd "$work" && find etc opt usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)

mkdir -p "$OUT"
dpkg-deb --root-owner-group -Zzstd -z"$LEVEL" --build "$work" "$OUT/syncd_${version}_$machine.deb"
