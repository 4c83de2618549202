#!/usr/bin/env bash
# Readings of places: npm pinyin-pro 3.29.4 and PyPI pypinyin 0.55.0, both with dictionaries of phrases.
#
# One would guess that the libraries everybody uses read the names of China's counties as their people and the ministry's
# tables do. Both read 涡阳 as wo yang (guo yang), 洪洞 as hong dong (hong tong), 筠连 as yun lian (jun lian), 珲春 as hui chun
# (hun chun), 繁峙 as fan zhi (fan shi); pinyin-pro also 蔚县 as wei xian (yu xian), pypinyin 浚县 as jun xian (xun xian).
# For Guanxi: readings are not taken from either; what characters alone misread stands in domain/src/text/phrase.rs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts pinyin-pro@3.29.4
python3 -m venv venv
venv/bin/pip install --quiet pypinyin==0.55.0

cat > try.mjs <<'JS'
import { pinyin } from "pinyin-pro";
const names = ["涡阳", "洪洞", "筠连", "珲春", "繁峙", "蔚县"];
console.log("pinyin-pro", names.map((name) => pinyin(name, { toneType: "none" })).join(", "));
JS
cat > try.py <<'PY'
from pypinyin import lazy_pinyin
names = ["涡阳", "洪洞", "筠连", "珲春", "繁峙", "浚县"]
print("pypinyin", ", ".join(" ".join(lazy_pinyin(name)) for name in names))
PY
seen=$(node try.mjs; venv/bin/python try.py)
expected="pinyin-pro wo yang, hong dong, yun lian, hui chun, fan zhi, wei xian
pypinyin wo yang, hong dong, yun lian, hui chun, fan zhi, jun xian"
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'no longer as seen; it was:\n%s\n' "$expected"; exit 1; }
