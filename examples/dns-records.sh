#!/usr/bin/env bash
# Makes the custom DNS records of a box match a file. Usage: dns-records.sh plan|check|apply FILE
# plan shows the changes, check fails if there are any, apply makes them. Requires curl, jq, $URL, $EMAIL, and $API_KEY.
set -euo pipefail
mode=$1 file=$2 summary=${GITHUB_STEP_SUMMARY:-/dev/null}
box() { curl --config - -sS --fail-with-body --max-time 90 -w '\n' "$@" <<< "user=$EMAIL:$API_KEY"; }
input=$(box "$URL/dns/zones" && box "$URL/dns/custom" && jq --raw-input . "$file") || { tail -n 5 <<< "$input"; exit 1; }
plan=$(jq --null-input --raw-output 'input as $zones | input as $records
  | def zone: ".\(.)" as $name | [$zones[] | select(. as $zone | $name | endswith(".\($zone)"))][0];
  [inputs | sub("\\s+$"; "")] | to_entries | map(select(.value | test("^(#|$)") | not)
    | . + ((.value | capture("^ignore\\s+(?<name>[\\w*.-]+)$"),
        capture("^(?<name>[\\w*.-]+)\\s+(?<type>[A-Za-z]+)\\s+(?<data>.+)$")) // {})
    | .type |= (. // "" | ascii_upcase) | if .type | IN("CNAME", "NS") then .data |= rtrimstr(".") + "." else . end
    | .problem = if .value | explode | any(. > 126) then "not ASCII" elif .name == null then "unreadable"
        elif .name | zone == null then "not in a zone of the box"
        elif .type | IN("", "A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "SSHFP", "TXT") then null
        else "unknown record type" end)
  | (map(select(.problem) | "Line \(.key + 1): \(.problem): \(.value)\n") | add // empty | halt_error(1)), .
  | map(select(.type != "")) as $wanted | map(select(.type == "").name) as $ignored
  | ($wanted | map(.name | zone)) as $managed | ($wanted | map("\(.name) \(.type) \(.data)") | unique) as $new
  | ($records | map({qname, text: "\(.qname) \(.rtype) \(.value)"})) as $old
  | ($old | map(select(.qname | zone | IN($managed[]))
    | select(.qname | startswith("_acme-challenge.") or IN($ignored[]) | not).text) - $new | "- \(.[])"),
    ($new - ($old | map(.text)) | "+ \(.[])")' <<< "$input")
printf '~~~diff\n%s\n~~~\n' "${plan:-No changes}" | tee -a "$summary" | grep -v '^~~~'
if (($(grep -c '^-' <<< "$plan") > 10)) && [[ ${REMOVE_MANY:-} != true ]]; then
  echo 'More than ten removals. To apply them, start the workflow manually with remove-many.' | tee -a "$summary"
  [[ $mode != apply ]] || exit 1
fi
[[ $mode == apply && -n $plan ]] || { [[ $mode != check || -z $plan ]]; exit; }
declare -A methods=([-]=DELETE [+]=POST)
while read -r sign name type value; do
  echo "$sign $name $type $value"
  box -X "${methods[$sign]}" --data-raw "$value" "$URL/dns/custom/$name/$type"
done <<< "$plan"
