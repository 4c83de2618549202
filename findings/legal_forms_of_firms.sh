#!/usr/bin/env bash
# The legal form at the end of a firm's name: cleanco 2.3 (PyPI).
#
# One would guess that basename() gives the same name for a firm with and without its legal form. It takes off one form
# once: "Acme Co., Ltd." keeps " Co.", as many Chinese firms write themselves in English; "GmbH & Co. KG" goes
# whole. 有限公司, 株式会社, 주식회사, S.à r.l., and forms that stand first (ООО, PT, SA) stay.
# For Guanxi: names are compared without legal forms by a table of our own, in front and behind, until nothing more goes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install cleanco==2.3

cat > "$folder/try.py" <<'PY'
from cleanco import basename

for name in [
    "Acme Co., Ltd.", "Shanghai Foo Trading Co., Ltd.", "Foo GmbH & Co. KG", "Foo Pte Ltd", "Foo Sdn. Bhd.",
    "某某贸易有限公司", "株式会社某某", "某某 주식회사", "Foo S.à r.l.", "ООО Ромашка", "PT Foo Tbk", "SA Foo",
]:
    print(name, basename(name), sep=" -> ")
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
expected="Acme Co., Ltd. -> Acme Co.
Shanghai Foo Trading Co., Ltd. -> Shanghai Foo Trading Co.
Foo GmbH & Co. KG -> Foo
Foo Pte Ltd -> Foo
Foo Sdn. Bhd. -> Foo
某某贸易有限公司 -> 某某贸易有限公司
株式会社某某 -> 株式会社某某
某某 주식회사 -> 某某 주식회사
Foo S.à r.l. -> Foo S.à r.l.
ООО Ромашка -> ООО Ромашка
PT Foo Tbk -> PT Foo Tbk
SA Foo -> SA Foo"
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'no longer as seen; it was:\n%s\n' "$expected"; exit 1; }
