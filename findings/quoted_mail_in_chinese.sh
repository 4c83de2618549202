#!/usr/bin/env bash
# Where the quoted part of a Chinese mail begins: mail-parser-reply 1.36 and email-reply-parser 0.5.12 (PyPI).
#
# One would guess that a reply parser told to expect Chinese finds what Chinese mail programs write before the mail they
# quote. mail-parser-reply with languages ["zh"] cuts Outlook's header lines, leaves the rule above those of QQ Mail
# standing, and keeps all that Apple Mail (在 … 写道：), Gmail (… 于… 写道：) and NetEase (a table under a rule) quote as part
# of the answer. email-reply-parser, which knows no Chinese, cuts at the rules of QQ and NetEase and fails with the others.
# For Guanxi: the marks of Chinese programs need a table of our own, tried by program, before mail becomes activities.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install mail-parser-reply==1.36 email-reply-parser==0.5.12

cat > "$folder/try.py" <<'PY'
from email_reply_parser import EmailReplyParser as Github
from mailparser_reply import EmailReplyParser

ANSWER = "好的，周五见。"
QUOTED = {
    "Outlook": """发件人: 王小明 <wang@example.com>
发送时间: 2026年1月5日 10:00
收件人: 李雷 <li@example.com>
主题: 报价

请看附件。
""",
    "Apple Mail": "在 2026年1月5日，上午10:00，王小明 <wang@example.com> 写道：\n\n> 请看附件。\n",
    "Gmail": "王小明 <wang@example.com> 于2026年1月5日周一 10:00写道：\n\n> 请看附件。\n",
    "QQ": """------------------ 原始邮件 ------------------
发件人: "王小明" <wang@example.com>;
发送时间: 2026年1月5日(星期一) 上午10:00
收件人: "李雷"<li@example.com>;
主题: 报价

请看附件。
""",
    "NetEase": """---- 回复的原邮件 ----
| 发件人 | 王小明<wang@example.com> |
| 日期 | 2026年01月05日 10:00 |
| 收件人 | li@example.com |
| 主题 | 报价 |
请看附件。
""",
}


def left(text):
    rest = text.strip()
    if rest == ANSWER:
        return "answer"
    return "all" if "请看附件" in rest else "part"


for program, quoted in QUOTED.items():
    mail = f"{ANSWER}\n\n{quoted}"
    print(program, left(EmailReplyParser(languages=["zh"]).parse_reply(mail)), left(Github.parse_reply(mail)), sep="\t")
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
expected=$(printf '%s\t%s\t%s\n' \
  Outlook answer all  'Apple Mail' all part  Gmail all part  QQ part answer  NetEase all answer)
printf 'program\tmail-parser-reply\temail-reply-parser: what is left beside the answer\n%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'no longer as seen; it was:\n%s\n' "$expected"; exit 1; }
