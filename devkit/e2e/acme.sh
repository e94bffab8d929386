#!/bin/sh
# Replaces acme.sh 3.1.3 if GitHub can't be reached. Sends the requests of its plugin dns_miab, and saves the same
# variables in account.conf. The certificate is self-signed. Takes the options in the order of examples/acme-sh.yml.
set -eu
home=$2
mkdir -p "$home/example.com_ecc"
printf "SAVED_%s='%s'\n" MIAB_Username "$MIAB_Username" MIAB_Password "$MIAB_Password" > "$home/account.conf"
authorization="Authorization: Basic $(printf %s:%s "$MIAB_Username" "$MIAB_Password" | base64 -w 0)"
record() {
  for value in value-1 value-2; do
    curl -sSf -H "$authorization" "https://$MIAB_Server/admin/dns/zones"
    curl -sSf -H "$authorization" -X "$1" -d "$value" "https://$MIAB_Server/admin/dns/custom/_acme-challenge.example.com/txt"
  done
}
record POST
sleep 5 # Time for a test to cancel the job.
record DELETE
openssl req -x509 -newkey rsa:2048 -noenc -subj /CN=example.com -addext subjectAltName=DNS:example.com \
  -keyout "$home/example.com_ecc/example.com.key" -out "$home/example.com_ecc/fullchain.cer"
