//! What is found by what, and in which order.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// What the full-text engines do with a query.
fn matches(query: &Query, tokens: &BTreeSet<String>) -> bool {
    let word = |word: &Word| {
        if word.prefix {
            tokens
                .range(word.token.clone()..)
                .next()
                .is_some_and(|t| t.starts_with(&word.token))
        } else {
            tokens.contains(&word.token)
        }
    };
    query.terms.iter().all(|term| term.any.iter().any(word))
}

fn found_in(parts: &[(Group, &str)], q: &str) -> bool {
    query(q, &Group::ALL).is_some_and(|query| matches(&query, &tokens(parts)))
}

#[track_caller]
fn finds(group: Group, text: &str, queries: &[&str]) {
    for q in queries {
        assert!(
            found_in(&[(group, text)], q),
            "{q:?} in {text:?}: {:?} in {:?}",
            query(q, &Group::ALL),
            tokens(&[(group, text)])
        );
    }
}

#[track_caller]
fn misses(group: Group, text: &str, queries: &[&str]) {
    for q in queries {
        assert!(
            !found_in(&[(group, text)], q),
            "{q:?} in {text:?}: {:?} in {:?}",
            query(q, &Group::ALL),
            tokens(&[(group, text)])
        );
    }
}

#[test]
fn a_chinese_name_is_found_by_any_part_of_it() {
    finds(
        Group::General,
        "北京字节跳动科技有限公司",
        &["北", "司", "字节", "节跳", "跳动科技", "北京 公司", "科技有限公司"],
    );
    misses(
        Group::General,
        "北京字节跳动科技有限公司",
        &["京北", "上海", "字动", "北京 上海"],
    );
    finds(
        Group::General,
        "华为Huawei Mate60",
        &["华为hua", "mate", "华为 MATE60", "ｍａｔｅ"],
    );
}

#[test]
fn a_chinese_name_is_found_by_pinyin_and_initials() {
    finds(
        Group::General,
        "张三丰",
        &[
            "zhangsanfeng",
            "ZhangSan",
            "zhang san",
            "sanfeng",
            "san feng",
            "feng",
            "zsf",
            "sf",
            "zs",
            "zhangs",
        ],
    );
    misses(Group::General, "张三丰", &["zf", "zhangfeng", "sanzhang"]);
    finds(
        Group::General,
        "北京字节跳动科技有限公司",
        &[
            "bjzjtd",
            "zijietiaodong",
            "tiaodongkeji",
            "kjyxgs",
            "beijingzijietiaodongkejiyouxiangongsi",
        ],
    );
}

#[test]
fn each_reading_in_use_is_found() {
    finds(Group::General, "单雄信", &["danxiongxin", "shanxiongxin", "dxx", "sxx"]);
    finds(
        Group::General,
        "重庆长安汽车",
        &["chongqingchangan", "cqcaqc", "zhongqing", "changanqiche"],
    );
    finds(Group::General, "中国工商银行", &["gongshangyinhang", "gsyh", "yinxing"]);
    finds(Group::General, "吕布", &["lvbu", "lubu", "lb"]);
    finds(Group::General, "女娲", &["nvwa", "nuwa"]);
    finds(Group::General, "厦门", &["xiamen", "shamen"]);
    finds(Group::General, "张偉", &["zhangwei", "zw"]);
}

#[test]
fn what_a_name_sorts_by_finds_it() {
    for surname in "曾查仇单繁盖黑解乐缪秘朴区覃洗员折种尉翟俞沈石冯万贾区區單樂".chars()
    {
        let name = format!("{surname}志明");
        finds(
            Group::General,
            &name,
            &[&pinyin(&name), &pinyin(&name).replace(' ', ""), &initials(&name)],
        );
    }
    for name in ["重庆银行", "尉迟恭", "万俟卨", "长孙无忌", "成都音乐", "厦门蚌埠"] {
        finds(Group::General, name, &[&pinyin(name).replace(' ', ""), &initials(name)]);
    }
}

#[test]
fn traditional_and_simplified_find_each_other() {
    for (traditional, simplified) in [
        ("臺灣積體電路", "台湾积体电路"),
        ("張偉", "张伟"),
        ("龍華區", "龙华区"),
        ("蕓豆", "芸豆"),
        ("鐘錶", "钟表"),
        ("範曄", "范晔"),
        ("昇陽", "升阳"),
        ("錢鍾書", "钱锺书"),
        ("錢鍾書", "钱钟书"),
        ("劄記", "札记"),
        ("邨上喆", "村上哲"),
        ("陳堃", "陈坤"),
        ("李犇", "李奔"),
        ("広沢", "广泽"),
        ("甯静", "宁静"),
        ("髙橋", "高桥"),
        ("﨑", "崎"),
        ("渡邉", "渡边"),
        ("斎藤", "斋藤"),
        ("𠮷野家", "吉野家"),
        ("銕", "铁"),
        ("睿", "叡"),
    ] {
        assert_eq!(fold(traditional), fold(simplified));
        finds(Group::General, traditional, &[simplified]);
        finds(Group::General, simplified, &[traditional]);
    }
    assert_eq!(fold("Ｇｕａｎｘｉ　１２３ ＣＲＭ"), "guanxi 123 crm");
    assert_eq!(fold("裏後發髮"), "里后发发");
}

#[test]
fn a_phone_is_found_in_any_format() {
    let typed = [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+86138 0013",
        "(+86)13800138000",
        "008613800138000",
        "86138",
        "8000",
        "0013",
        "0138000",
        "1380",
    ];
    for stored in [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "８６ １３８００１３８０００",
    ] {
        finds(Group::Phone, stored, &typed);
        misses(Group::Phone, stored, &["13900139000", "139", "8001 9999"]);
    }
    finds(
        Group::Phone,
        "010-65529988 转 801",
        &[
            "65529988",
            "6552 9988",
            "010 6552 9988",
            "+86 10 6552 9988",
            "01065529988",
            "9988",
            "(010) 65529988",
        ],
    );
    finds(
        Group::Phone,
        "+1 (415) 555-2671",
        &["+14155552671", "415 555 2671", "001 415 555", "2671", "5552671"],
    );
    finds(
        Group::Phone,
        "400-820-8820、021 5888 8888",
        &["4008208820", "400 820 8820", "021-58888888", "58888888"],
    );
    finds(Group::Phone, "13800138000 13900139000", &["13900139000", "13800138000"]);
    finds(
        Group::General,
        "请打 138-0013-8000 找张总",
        &["13800138000", "138 0013 8000", "张总", "138"],
    );
}

#[test]
fn one_number_has_one_spelling() {
    for s in [
        "13800138000",
        "+86 138 0013 8000",
        "(+86)138-0013-8000",
        "0086-13800138000",
        "8613800138000",
        "１３８ ００１３ ８０００",
        "手机：138.0013.8000",
    ] {
        assert_eq!(phone_digits(s), "13800138000", "{s}");
    }
    for s in [
        "010-65529988",
        "(010) 6552 9988",
        "+86 10 6552 9988",
        "+86 (0)10 65529988",
        "010-65529988转801",
        "01065529988; 13800138000",
    ] {
        assert_eq!(phone_digits(s), "01065529988", "{s}");
    }
    assert_eq!(phone_digits("+1 415 555 2671"), "0014155552671");
    assert_eq!(phone_digits("+86 400 820 8820"), "4008208820");
    assert_eq!(phone_digits("无"), "");
}

#[test]
fn an_email_is_found_by_its_parts() {
    let typed = [
        "zhang",
        "san.zhang@mail.example.com",
        "San.Zhang@",
        "san.zhang@mail",
        "sanzhang",
        "example.com",
        "@mail.example.com",
        "mail.example",
        "examplecom",
        "com",
    ];
    finds(Group::Email, "San.Zhang@Mail.Example.com", &typed);
    misses(
        Group::Email,
        "San.Zhang@Mail.Example.com",
        &["zhang@mail.example.com", "an.zhang", "san.zhang@example.com", "mple"],
    );
    finds(
        Group::Email,
        "li@163.com; wang@qq.com",
        &["li@163.com", "wang@qq.com", "wang@q"],
    );
    misses(Group::Email, "li@163.com; wang@qq.com", &["li@qq.com"]);
    finds(
        Group::Email,
        "13800138000@139.com",
        &["13800138000", "138", "13800138000@139.com"],
    );
}

#[test]
fn words_are_found_by_their_beginning() {
    finds(
        Group::General,
        "O'Brien & Søns GmbH",
        &["o'brien", "obrien", "brien", "bri", "søns", "sons", "gmbh obrien"],
    );
    finds(
        Group::General,
        "Zoë Müller",
        &["zoe", "zoë", "muller", "MÜLLER", "Mu\u{308}ller"],
    );
    finds(
        Group::General,
        "https://www.Example.com.cn/about",
        &[
            "example",
            "www.example.com.cn",
            "https://www.example.com.cn",
            "example.com",
        ],
    );
    finds(Group::General, "GTX-4090 Pro", &["gtx", "gtx4090", "gtx-4090", "4090"]);
    finds(Group::General, "ΟΔΟΣ", &["οδος", "ΟΔΟΣ", "οδ"]);
    misses(Group::General, "Example", &["xample", "ample"]);
    finds(
        Group::General,
        "Straße Ромашка Артём Αθήνα",
        &["strasse", "ромашка", "артем", "АРТЁМ", "αθηνα", "ΑΘΗΝΑ"],
    );
    finds(Group::General, "Muller Артем Αθηνα", &["müller", "артём", "Αθήνα"]);
    misses(Group::General, "Чай", &["чаи"]);
}

#[test]
fn the_letters_of_a_record_s_number_find_nothing_by_themselves() {
    finds(Group::Number, "C-000123", &["C-000123", "c-0001", "000123", "c000123"]);
    misses(Group::Number, "C-000123", &["c", "C", "C-", "123"]);
    finds(Group::Number, "KH-2026-0001", &["kh-2026", "KH-2026-0001", "2026-0001"]);
    misses(Group::Number, "KH-2026-0001", &["k", "kh"]);
    finds(Group::Number, "客户0001", &["客户", "0001"]);
}

#[test]
fn names_of_places_and_people_are_found_by_their_right_reading() {
    for (name, right) in [
        ("涡阳", "guo yang"),
        ("殷都", "yin du"),
        ("曾都", "zeng du"),
        ("锡林郭勒", "xi lin guo le"),
        ("佛山", "fo shan"),
        ("塘厦", "tang xia"),
        ("吐蕃", "tu bo"),
        ("荥经", "ying jing"),
        ("荥阳", "xing yang"),
        ("莘庄", "xin zhuang"),
        ("莘县", "shen xian"),
        ("洪洞", "hong tong"),
        ("枞阳", "zong yang"),
        ("黄陂", "huang pi"),
        ("乐亭", "lao ting"),
        ("乐陵", "lao ling"),
        ("繁峙", "fan shi"),
        ("珲春", "hun chun"),
        ("筠连", "jun lian"),
        ("犍为", "qian wei"),
        ("六安", "lu an"),
        ("六合", "lu he"),
        ("蚌埠", "beng bu"),
        ("丽水", "li shui"),
        ("台州", "tai zhou"),
        ("番禺", "pan yu"),
        ("东莞", "dong guan"),
        ("亳州", "bo zhou"),
        ("铅山", "yan shan"),
        ("大埔", "da bu"),
        ("厦门", "xia men"),
        ("长垣", "chang yuan"),
        ("乐清", "yue qing"),
        ("尉犁", "yu li"),
        ("尉氏", "wei shi"),
        ("长子", "zhang zi"),
        ("大城", "dai cheng"),
        ("单县", "shan xian"),
        ("蔚县", "yu xian"),
        ("浚县", "xun xian"),
        ("井陉", "jing xing"),
        ("解州", "hai zhou"),
        ("盱眙", "xu yi"),
        ("甪直", "lu zhi"),
        ("句容", "ju rong"),
        ("歙县", "she xian"),
        ("黟县", "yi xian"),
        ("砀山", "dang shan"),
        ("婺源", "wu yuan"),
        ("弋阳", "yi yang"),
        ("余干", "yu gan"),
        ("兖州", "yan zhou"),
        ("郯城", "tan cheng"),
        ("鄄城", "juan cheng"),
        ("茌平", "chi ping"),
        ("临朐", "lin qu"),
        ("莒县", "ju xian"),
        ("无棣", "wu di"),
        ("东阿", "dong e"),
        ("牟平", "mu ping"),
        ("中牟", "zhong mu"),
        ("渑池", "mian chi"),
        ("泌阳", "bi yang"),
        ("柘城", "zhe cheng"),
        ("武陟", "wu zhi"),
        ("召陵", "shao ling"),
        ("南召", "nan zhao"),
        ("漯河", "luo he"),
        ("郴州", "chen zhou"),
        ("耒阳", "lei yang"),
        ("秭归", "zi gui"),
        ("监利", "jian li"),
        ("猇亭", "xiao ting"),
        ("硚口", "qiao kou"),
        ("曾都", "zeng du"),
        ("宜都", "yi du"),
        ("什邡", "shi fang"),
        ("邛崃", "qiong lai"),
        ("阆中", "lang zhong"),
        ("郫都", "pi du"),
        ("儋州", "dan zhou"),
        ("吴堡", "wu bu"),
        ("柞水", "zha shui"),
        ("鄠邑", "hu yi"),
        ("盩厔", "zhou zhi"),
        ("宕昌", "tan chang"),
        ("称多", "chen duo"),
        ("尖扎", "jian zha"),
        ("且末", "qie mo"),
        ("若羌", "ruo qiang"),
        ("喀什", "ka shi"),
        ("焉耆", "yan qi"),
        ("鄯善", "shan shan"),
        ("日喀则", "ri ka ze"),
        ("磴口", "deng kou"),
        ("岢岚", "ke lan"),
        ("隰县", "xi xian"),
        ("讷河", "ne he"),
        ("穆棱", "mu ling"),
        ("闵行", "min hang"),
        ("浒墅关", "xu shu guan"),
        ("麻涌", "ma chong"),
        ("八宿", "ba su"),
        ("宿迁", "su qian"),
        ("长兴", "chang xing"),
        ("长治", "chang zhi"),
        ("藁城", "gao cheng"),
        ("栾城", "luan cheng"),
        ("会稽", "kuai ji"),
        ("龟兹", "qiu ci"),
        ("吐谷浑", "tu yu hun"),
        ("澹台灭明", "tan tai mie ming"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("单于", "chan yu"),
        ("乜贵", "nie gui"),
        ("召忽", "shao hu"),
        ("单雄信", "shan xiong xin"),
        ("仇英", "qiu ying"),
        ("查良镛", "zha liang yong"),
        ("解缙", "xie jin"),
        ("区志明", "ou zhi ming"),
        ("盖志明", "ge zhi ming"),
        ("任正非", "ren zheng fei"),
        ("华志明", "hua zhi ming"),
        ("燕青", "yan qing"),
        ("曾国藩", "zeng guo fan"),
        ("朴志明", "piao zhi ming"),
        ("缪志明", "miao zhi ming"),
        ("翟志明", "zhai zhi ming"),
        ("晁盖", "chao gai"),
        ("逄志明", "pang zhi ming"),
        ("谌志明", "chen zhi ming"),
        ("逢萌", "pang meng"),
        ("冼星海", "xian xing hai"),
        ("亓志明", "qi zhi ming"),
        ("费祎", "fei yi"),
        ("令狐冲", "ling hu chong"),
        ("乐毅", "yue yi"),
        ("员半千", "yun ban qian"),
    ] {
        assert_eq!(pinyin(name), right, "{name}");
        finds(Group::General, name, &[&right.replace(' ', ""), &initials(name)]);
        finds(Group::General, &format!("{name}分公司"), &[&right.replace(' ', "")]);
    }
    finds(Group::General, "吕布", &["lübu", "lyubu", "lyu bu", "lvbu", "lubu"]);
    finds(Group::General, "女娲", &["nyuwa", "nüwa"]);
    // Where readings vary, each finds.
    finds(Group::General, "澹台", &["dantai", "tantai"]);
    finds(Group::General, "宕昌", &["dangchang", "tanchang"]);
}

#[test]
fn other_scripts_without_spaces_are_found_by_two_characters() {
    finds(
        Group::General,
        "トヨタ自動車",
        &["トヨ", "タ自", "自動", "动车", "ト", "ﾄﾖﾀ"],
    );
    finds(Group::General, "삼성전자", &["삼성", "성전", "자"]);
    finds(Group::General, "𠮷野家", &["𠮷野", "野家", "𠮷"]);
}

#[test]
fn a_hidden_group_is_not_found() {
    let parts = [
        (Group::General, "张三"),
        (Group::Phone, "13800138000"),
        (Group::Email, "san@example.com"),
    ];
    let visible = |q, groups: &[Group]| query(q, groups).is_some_and(|query| matches(&query, &tokens(&parts)));
    assert!(visible("1380", &Group::ALL));
    assert!(!visible("1380", &[Group::General, Group::Email]));
    assert!(visible("example", &[Group::Email]));
    assert!(!visible("example", &[Group::General, Group::Phone]));
    assert!(!visible("san@example.com", &[Group::General]));
    // Only general texts hold ideographs: without them nothing may match, however well the rest does.
    assert_eq!(query("张三 1380", &[Group::Phone]), None);
    assert_eq!(query("张三", &[]), None);
}

#[test]
fn nothing_to_search_for_is_no_query() {
    for q in ["", "  ", "!!!", "，。", "😀", "\u{301}"] {
        assert_eq!(query(q, &Group::ALL), None, "{q:?}");
    }
    assert!(
        query(&"天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往".repeat(100), &Group::ALL)
            .unwrap()
            .terms
            .len()
            == 16
    );
}

#[test]
fn a_query_is_written_for_each_engine() {
    let q = query("ABC 张三", &[Group::General, Group::Email]).unwrap();
    assert_eq!(q.to_tsquery(), "('gabc':* | 'eabc':*) & 'g张三'");
    assert_eq!(q.to_fts5(), r#"("gabc"* OR "eabc"*) AND "g张三""#);
    let q = query("王", &Group::ALL).unwrap();
    assert_eq!(q.to_tsquery(), "'g王':*");
    let q = query("+86 138 0013", &[Group::Phone]).unwrap();
    assert_eq!(q.to_fts5(), r#"("p861380013"* OR "p1380013"*)"#);
}

#[test]
fn names_sort_by_syllable() {
    let sorted = [
        "3M",
        "阿里巴巴",
        "安踏",
        "Anna",
        "百度",
        "Beta",
        "重庆啤酒",
        "李宁",
        "刘备",
        "吕布",
        "单雄信",
        "西安",
        "先锋",
        "小米",
        "曾国藩",
        "张三",
        "张三丰",
        "张伟",
        "Zoë",
    ];
    let mut names = sorted;
    names.reverse();
    names.sort_by_cached_key(|name| sort_key(name));
    assert_eq!(names, sorted);
    assert_eq!(sort_key("  西安 "), "xi an");
    assert_eq!(sort_key("張三丰　ＡＢＣ（集团）"), "zhang san feng abc ji tuan");
    assert_eq!(sort_key("Éclair-Übung"), "eclair ubung");
    assert_eq!(sort_key("中国银行"), "zhong guo yin hang");
    assert_eq!(sort_key("曾经沧海难为水"), "ceng jing cang hai nan wei shui");
    assert_eq!(sort_key("欧阳锋"), "ou yang feng");
    assert_eq!(sort_key("！！"), "!!");
    assert_eq!(sort_key(""), "");
}

#[test]
fn pinyin_and_initials_are_spelled() {
    assert_eq!(pinyin("张三丰 Ltd."), "zhang san feng ltd");
    assert_eq!(initials("张三丰 Ltd."), "zsfl");
    assert_eq!(initials("區先生"), "oxs");
}

#[test]
fn a_long_record_keeps_its_phone_and_the_beginning_of_its_text() {
    let long = "客户希望下周再谈价格，并提供样品；".repeat(500);
    let filler: String = ('\u{4E00}'..'\u{5E00}').collect();
    let all = tokens(&[
        (Group::General, &long),
        (Group::General, &filler),
        (Group::Phone, "13800138000"),
    ]);
    assert!(all.len() <= 400);
    assert!(all.contains("p13800138000") && all.contains("g样品"));
}

fn safe(token: &str) -> bool {
    let mut chars = token.chars();
    matches!(chars.next(), Some('g' | 'p' | 'e' | 'n'))
        && !chars.as_str().is_empty()
        && chars.all(|c| fold::is_word_char(c) && c.to_lowercase().eq([c]))
}

const HAN: &str = "[张王李赵刘陈杨黄周吴单曾区乐行重长绿女国际科技有限公司京沪深龍華電腦𠮷𫝈々]{2,16}";

proptest! {
    #[test]
    fn what_begins_so_lies_between_its_sort_keys(
        start in "[A-Za-z0-9]{1,4}",
        text in "[ \t]{0,2}[A-Cac0-2ｖＡ１éÉßİıﬁﬀ\u{301}\u{200b}中重-]{0,6}\\PC{0,3}",
        joined in any::<bool>(),
    ) {
        let text = if joined { format!("{start}{text}") } else { text };
        let (from, to) = sort_range(&start).expect("letters and digits");
        let begins = fold(&text).starts_with(&fold(&start));
        let key = sort_key(&text);
        prop_assert!(!begins || (from <= key && key < to), "{text:?} {start:?}: {key:?}");
    }

    #[test]
    fn any_two_neighbours_are_found(text in HAN, at in 0usize..15) {
        let chars: Vec<char> = text.chars().collect();
        let at = at % (chars.len() - 1);
        let pair: String = chars[at..at + 2].iter().collect();
        prop_assert!(found_in(&[(Group::General, &text)], &pair));
        prop_assert!(found_in(&[(Group::General, &text)], &chars[at].to_string()));
        prop_assert!(found_in(&[(Group::General, &fold(&text))], &pair));
        prop_assert!(found_in(&[(Group::General, &text)], &fold(&pair)));
    }

    #[test]
    fn the_beginning_of_any_word_is_found(text in "[a-zà-öA-ZΑ-Ω0-9]{1,20}( [a-zß-ÿА-я']{1,12}[a-z0-9]){0,3}", pick in any::<prop::sample::Index>(), cut in 1usize..12) {
        let words: Vec<&str> = text.split(' ').collect();
        let word: String = words[pick.index(words.len())].chars().take(cut).collect();
        prop_assume!(query(&word, &Group::ALL).is_some());
        for group in [Group::General, Group::Email] {
            prop_assert!(found_in(&[(group, &text)], &word), "{word} in {text}");
        }
    }

    #[test]
    fn any_end_of_the_initials_and_syllables_is_found(text in "[张王李赵刘陈杨黄周吴郑冯]{2,16}", at in 0usize..15) {
        let run: Vec<String> = pinyin(&text).split(' ').map(str::to_owned).collect();
        let at = at % run.len();
        prop_assert!(found_in(&[(Group::General, &text)], &run[at..].concat()));
        let letters = initials(&text);
        prop_assert!(found_in(&[(Group::General, &text)], &letters[at..]));
    }

    #[test]
    fn any_four_digits_in_a_row_are_found(phone in "[0-9]{7,20}", at in 0usize..16, len in 4usize..12) {
        let at = at % (phone.len() - 3);
        let part = &phone[at..(at + len).min(phone.len())];
        prop_assert!(found_in(&[(Group::Phone, &phone)], part), "{part} in {phone}");
        prop_assert!(found_in(&[(Group::Phone, &format!("+86 {phone}"))], part), "{part} in +86 {phone}");
    }

    #[test]
    fn a_phone_is_the_same_however_it_is_grouped(phone in "1[3-9][0-9]{9}", gap in "[ .-]") {
        let grouped = format!("+86{gap}{}{gap}{}{gap}{}", &phone[..3], &phone[3..7], &phone[7..]);
        prop_assert_eq!(phone_digits(&grouped), phone.clone());
        prop_assert!(found_in(&[(Group::Phone, &phone)], &grouped));
        prop_assert!(found_in(&[(Group::Phone, &grouped)], &phone));
    }

    #[test]
    fn what_is_folded_stays_and_its_case_and_script_tell_nothing(text in "[a-zA-ZÀ-ɏΑ-ώА-я张張锺鍾ＡｂＣ ßæœß\\u{308}]{0,20}") {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded.clone());
        prop_assert_eq!(fold(&text.to_uppercase()), folded.clone());
        prop_assert_eq!(fold(&text.to_lowercase()), folded);
    }

    #[test]
    fn any_text_is_taken(text in ".{0,200}", other in "\\PC{0,60}") {
        let all = tokens(&[(Group::General, &text), (Group::Phone, &text), (Group::Email, &other), (Group::General, &other)]);
        prop_assert!(all.len() <= 400);
        prop_assert!(all.iter().all(|token| safe(token)), "{all:?}");
        if let Some(query) = query(&text, &Group::ALL) {
            prop_assert!(!query.terms.is_empty() && query.terms.len() <= 16);
            prop_assert!(query.terms.iter().flat_map(|term| &term.any).all(|word| safe(&word.token)));
            prop_assert!(!query.to_fts5().is_empty() && !query.to_tsquery().is_empty());
        }
        let key = sort_key(&text);
        prop_assert!(key.len() <= 128);
        prop_assert_eq!(sort_key(&key), key.clone());
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
        let _ = (phone_digits(&text), initials(&text));
    }

    #[test]
    fn a_short_text_finds_itself(text in "[a-zA-Z0-9张王李單區 @.&'+()-]{1,20}") {
        prop_assume!(query(&text, &Group::ALL).is_some());
        prop_assert!(found_in(&[(Group::General, &text)], &text), "{:?} in {:?}", query(&text, &Group::ALL), tokens(&[(Group::General, &text)]));
    }
}

#[test]
fn what_is_dialled_before_a_number_is_no_part_of_it() {
    for spelt in [
        "17951 13800138000",
        "12593-138-0013-8000",
        "086 138 0013 8000",
        "0138 0013 8000",
        "0086 13800138000",
        "+86 (0)138 0013 8000",
    ] {
        assert_eq!(phone_digits(spelt), "13800138000", "{spelt}");
    }
    assert_eq!(phone_digits("+49 (0)221 5550102"), phone_digits("+49 221 5550102"));
    assert_eq!(phone_digits("0049 (0)221 5550102"), "00492215550102");
    assert_eq!(phone_digits("+86 (0)571 8888 0000"), "057188880000");
    assert_eq!(phone_digits("010 6552 9988"), "01065529988");
}
