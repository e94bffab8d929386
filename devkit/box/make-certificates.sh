#!/bin/sh
# Writes certificates.json. Needs OpenSSL 3.0: later versions can't make the X.509 v1 certificate that a new box has.
# If a secret scanner sent you here: the private key in that file protects nothing. Only the tests trust these CAs. The
# CAs may only sign names of this machine, and their own keys are thrown away.
set -eu
target=$(cd "$(dirname "$0")" && pwd)/certificates.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
touch index
cat > config <<'CONFIG'
[req]
distinguished_name = req
[default]
database = index
unique_subject = no
rand_serial = yes
policy = policy
[policy]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
nameConstraints = critical, permitted;DNS:localhost, permitted;DNS:test, permitted;IP:127.0.0.0/255.0.0.0, permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
[loopback]
subjectAltName = DNS:localhost, DNS:box.test, DNS:proxy.test, IP:127.0.0.1, IP:::1
[router]
subjectAltName = DNS:router.test, DNS:*.router.test, DNS:third.test
[elsewhere]
subjectAltName = DNS:elsewhere.test
CONFIG

# sign FILE SUBJECT KEY ISSUER FROM UNTIL [SECTION]; without a section of extensions, it is X.509 v1
sign() {
  openssl req -new -config config -key "$3.key" -subj "/CN=$2" -out request
  issuer="-cert $4.crt -keyfile $4.key"
  [ "$4" != self ] || issuer="-selfsign -keyfile $3.key"
  # shellcheck disable=SC2086 # several words
  openssl ca -batch -notext -config config -name default -md sha256 -startdate "${5}01000000Z" -enddate "${6}01000000Z" \
    $issuer ${7:+-extensions "$7"} -in request -outdir . -out "$1.crt" 2> log || { cat log; exit 1; }
}

for key in key ca expired-ca intermediate; do openssl ecparam -name prime256v1 -genkey -noout -out $key.key; done
sign ca 'Stand-in CA' ca self 202401 212501 authority
sign expired-ca 'Stand-in expired CA' expired-ca self 202401 202402 authority
sign intermediate 'Stand-in intermediate CA' intermediate ca 202401 212501 authority
sign issued localhost key ca 202401 212501 loopback
sign expired localhost key ca 202401 202402 loopback
sign not-yet-valid localhost key ca 212401 212501 loopback
sign other-name localhost key ca 202401 212501 elsewhere
sign no-intermediate localhost key intermediate 202401 212501 loopback
sign by-expired-ca localhost key expired-ca 202401 212501 loopback
sign self-signed-san localhost key self 202401 212501 loopback
sign self-signed localhost key self 202401 212501
sign self-signed-expired localhost key self 202401 202402
sign self-signed-other router.test key self 202401 212501 router

for file in key.key *.crt; do
  printf '  "%s": "%s",\n' "${file%.*}" "$(awk '{ printf "%s\\n", $0 }' "$file")"
done | sed -e '1i {\n  "//": "The private key protects nothing: see make-certificates.sh.",' -e '$s/,$/\n}/' > json
mv json "$target"
