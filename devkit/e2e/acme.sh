#!/bin/sh
# Stands in for acme.sh 3.1.3 where GitHub can't be reached: sends the requests of its dns_miab, and saves what it saves,
# but talks to no ACME server. It takes the options from examples/acme-sh.yml.
set -eu
home=$2
mkdir -p "$home"
printf "SAVED_%s='%s'\n" MIAB_Username "$MIAB_Username" MIAB_Password "$MIAB_Password" > "$home/account.conf"
authorization="Authorization: Basic $(printf %s:%s "$MIAB_Username" "$MIAB_Password" | base64 -w 0)"
record() {
  for value in value-1 value-2; do
    curl -sSf -H "$authorization" "https://$MIAB_Server/admin/dns/zones"
    curl -sSf -H "$authorization" -X "$1" -d "$value" "https://$MIAB_Server/admin/dns/custom/_acme-challenge.example.com/txt"
  done
}
record POST
sleep 2
record DELETE
