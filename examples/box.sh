#!/bin/sh
# Signs in to a Mail-in-a-Box, runs a command with URL, EMAIL, and API_KEY in its environment, and revokes the key.
# Set BOX_HOST, BOX_EMAIL, and BOX_PASSWORD (or BOX_PASSWORD_FILE). With two-factor, also set BOX_TOTP_SECRET (or
# BOX_TOTP_SECRET_FILE). Requires curl, jq, and, with two-factor, oathtool.
set -eu
fail() { echo "box.sh: $*" >&2 && exit 1; }
[ $# -gt 0 ] || fail 'usage: box.sh COMMAND [ARGUMENT ...]'
export URL="https://${BOX_HOST:?is not set}/admin" EMAIL="${BOX_EMAIL:?is not set}" API_KEY='' # For the command.
secret=${BOX_TOTP_SECRET:-${BOX_TOTP_SECRET_FILE:+$(cat "$BOX_TOTP_SECRET_FILE")}} child='' code='' status=0
password=${BOX_PASSWORD:-$(cat "${BOX_PASSWORD_FILE:?is not set}")}
unset BOX_PASSWORD BOX_TOTP_SECRET
for each in curl jq ${secret:+oathtool} "$1"; do command -v "$each" > /dev/null || fail "can't run $each"; done

request() { # PATH PASSWORD [CODE]; the password is on standard input, since other users can see command lines.
  escaped=$(printf %s "$2" | sed 's/[\\"]/\\&/g')
  printf 'user = "%s:%s"\n%s\n' "$EMAIL" "$escaped" "${3:+header = \"X-Auth-Token: $3\"}" |
    curl --config - -sS --fail --max-time 90 -X POST "$URL/$1"
}
sign_in() {
  trap '' HUP INT TERM # If a signal ended curl or jq, a key could be lost.
  token=${secret:+$(printf %s "$secret" | oathtool --totp --base32 -)} && body=$(request login "$password" "$token") &&
    printf %s "$body" | jq -Rrs '(fromjson | objects)? // { reason: "not a Mail-in-a-Box" } | .api_key //
      ("box.sh: login rejected: \(.reason)\n" | halt_error)'
}
stop() { code=$1 && kill ${child:+"$child"} 2> /dev/null || true; }
trap 'trap "" HUP INT TERM
  [ -z "$API_KEY" ] || request logout "$API_KEY" > /dev/null || echo "box.sh: the key may still be valid" >&2' EXIT
trap 'stop 129' HUP && trap 'stop 130' INT && trap 'stop 143' TERM
API_KEY=$(sign_in) || exit "${code:-1}"
[ -z "$code" ] || exit "$code"
{ "$@" <&3 3<&- & } 3<&0 # Otherwise, a command in the background reads /dev/null.
child=$!
[ -z "$code" ] || stop "$code"
while wait "$child" || status=$?; kill -0 "$child" 2> /dev/null; do :; done
exit "${code:-$status}"
