//! How Chinese characters are read, in plain pinyin without tones (ü is written v).

use pinyin::ToPinyin;

use super::fold::{is_han, normalise, simplify};

/// The plain pinyin of a text, syllables and other words parted by a space: `张三丰 Ltd` → `zhang san feng ltd`.
pub fn pinyin(s: &str) -> String {
    super::sort::spell(&normalise(s), usize::MAX)
}

/// The first letters of the syllables of a text, other words by their first letter: `张三丰` → `zsf`.
pub fn initials(s: &str) -> String {
    pinyin(s).split(' ').filter_map(|word| word.chars().next()).collect()
}

/// The readings of a character, the most common first. Empty for what has none.
pub(super) fn readings(c: char) -> Readings {
    if !is_han(c) {
        return Readings { first: "", others: &[] };
    }
    let several = several(simplify(c));
    if let [first, others @ ..] = several {
        return Readings { first, others };
    }
    let plain = c
        .to_pinyin()
        .or_else(|| simplify(c).to_pinyin())
        .map_or("", |p| p.plain());
    let (first, others): (&str, &[&str]) = match plain {
        // All are typed: lv at the keyboard, lu or lyu in passports.
        "lü" => ("lv", &["lu", "lyu"]),
        "lüe" => ("lve", &["lue", "lyue"]),
        "nü" => ("nv", &["nu", "nyu"]),
        "nüe" => ("nve", &["nue", "nyue"]),
        plain if plain.is_ascii() => (plain, &[]),
        _ => ("", &[]),
    };
    Readings { first, others }
}

#[derive(Clone, Copy)]
pub(super) struct Readings {
    pub first: &'static str,
    pub others: &'static [&'static str],
}

/// Characters with more than one reading in the names of today. The pinyin tables list every reading a dictionary
/// knows (广 is also yan and an), which would drown an index; and put some in an order that does not fit names (长 as zhang).
fn several(c: char) -> &'static [&'static str] {
    match c {
        '阿' => &["a", "e"],
        '蚌' => &["bang", "beng"],
        '薄' => &["bo", "bao"],
        '堡' => &["bao", "bu", "pu"],
        '秘' => &["mi", "bi"],
        '泌' => &["mi", "bi"],
        '卜' => &["bu", "bo"],
        '柏' => &["bai", "bo"],
        '埔' => &["pu", "bu"],
        '参' => &["can", "shen"],
        '藏' => &["zang", "cang"],
        '曾' => &["ceng", "zeng"],
        '查' => &["cha", "zha"],
        '长' => &["chang", "zhang"],
        '朝' => &["chao", "zhao"],
        '车' => &["che", "ju"],
        '沈' => &["shen", "chen"],
        '盛' => &["sheng", "cheng"],
        '晟' => &["sheng", "cheng"],
        '乘' => &["cheng", "sheng"],
        '重' => &["zhong", "chong"],
        '种' => &["zhong", "chong"],
        '仇' => &["chou", "qiu"],
        '传' => &["chuan", "zhuan"],
        '大' => &["da", "dai"],
        '单' => &["dan", "shan"],
        '弹' => &["dan", "tan"],
        '翟' => &["zhai", "di"],
        '调' => &["diao", "tiao"],
        '都' => &["du", "dou"],
        '提' => &["ti", "di"],
        '繁' => &["fan", "po"],
        '番' => &["fan", "pan"],
        '盖' => &["gai", "ge"],
        '咖' => &["ka", "ga"],
        '伽' => &["jia", "ga", "qie"],
        '莞' => &["guan", "wan"],
        '还' => &["hai", "huan"],
        '行' => &["xing", "hang"],
        '巷' => &["xiang", "hang"],
        '黑' => &["hei", "he"],
        '会' => &["hui", "kuai"],
        '系' => &["xi", "ji"],
        '奇' => &["qi", "ji"],
        '贾' => &["jia", "gu"],
        '茄' => &["qie", "jia"],
        '降' => &["jiang", "xiang"],
        '强' => &["qiang", "jiang"],
        '角' => &["jiao", "jue"],
        '校' => &["xiao", "jiao"],
        '觉' => &["jue", "jiao"],
        '解' => &["jie", "xie", "hai"],
        '颉' => &["jie", "xie"],
        '浚' => &["jun", "xun"],
        '隗' => &["kui", "wei"],
        '乐' => &["le", "yue"],
        '六' => &["liu", "lu"],
        '率' => &["lv", "shuai"],
        '绿' => &["lv", "lu", "lyu"],
        '脉' => &["mai", "mo"],
        '缪' => &["miao", "mou", "mu"],
        '牟' => &["mou", "mu"],
        '娜' => &["na", "nuo"],
        '屏' => &["ping", "bing"],
        '朴' => &["pu", "piao"],
        '茜' => &["qian", "xi"],
        '铅' => &["qian", "yan"],
        '区' => &["qu", "ou"],
        '色' => &["se", "shai"],
        '厦' => &["sha", "xia"],
        '折' => &["zhe", "she"],
        '歙' => &["she", "xi"],
        '什' => &["shi", "shen"],
        '省' => &["sheng", "xing"],
        '识' => &["shi", "zhi"],
        '数' => &["shu", "shuo"],
        '说' => &["shuo", "shui"],
        '宿' => &["su", "xiu"],
        '覃' => &["tan", "qin"],
        '拓' => &["tuo", "ta"],
        '尉' => &["wei", "yu"],
        '蔚' => &["wei", "yu"],
        '郗' => &["xi", "chi"],
        '纤' => &["xian", "qian"],
        '洗' => &["xi", "xian"],
        '血' => &["xue", "xie"],
        '员' => &["yuan", "yun"],
        '郇' => &["xun", "huan"],
        '仔' => &["zi", "zai"],
        '万' => &["wan", "mo"],
        '勒' => &["le", "lei"],
        '佛' => &["fo", "fu"],
        '漯' => &["luo", "ta"],
        '么' => &["me", "yao"],
        '召' => &["zhao", "shao"],
        '乜' => &["mie", "nie"],
        '澹' => &["dan", "tan"],
        '涡' => &["wo", "guo"],
        '荥' => &["xing", "ying"],
        '莘' => &["shen", "xin"],
        '枞' => &["cong", "zong"],
        '陂' => &["bei", "pi", "po"],
        '珲' => &["hun", "hui"],
        '筠' => &["yun", "jun"],
        '犍' => &["jian", "qian"],
        '逢' => &["feng", "pang"],
        '谌' => &["chen", "shen"],
        '贲' => &["ben", "bi"],
        '郄' => &["qie", "xi"],
        '祭' => &["ji", "zhai"],
        '句' => &["ju", "gou"],
        '宓' => &["mi", "fu"],
        '隽' => &["juan", "jun"],
        '费' => &["fei", "bi"],
        '佴' => &["nai", "er"],
        '能' => &["neng", "nai"],
        '笮' => &["ze", "zuo"],
        '柞' => &["zuo", "zha"],
        '涌' => &["yong", "chong"],
        '棱' => &["leng", "ling"],
        '泊' => &["bo", "po"],
        '坻' => &["di", "chi"],
        '浒' => &["hu", "xu"],
        '渑' => &["mian", "sheng"],
        '宕' => &["dang", "tan"],
        '称' => &["cheng", "chen"],
        '给' => &["gei", "ji"],
        '壳' => &["ke", "qiao"],
        '俞' => &["yu", "shu"],
        '殷' => &["yin", "yan"],
        '褚' => &["chu", "zhu"],
        '冒' => &["mao", "mo"],
        '叶' => &["ye", "xie"],
        '圩' => &["xu", "wei"],
        '峒' => &["dong", "tong"],
        '垌' => &["dong", "tong"],
        '栅' => &["zha", "shan"],
        '咀' => &["zui", "ju"],
        '镡' => &["tan", "xin", "chan"],
        '粘' => &["nian", "zhan"],
        '适' => &["shi", "kuo"],
        '乾' => &["qian", "gan"],
        '郤' => &["xi", "qie"],
        '炅' => &["jiong", "gui"],
        '峙' => &["zhi", "shi"],
        '洞' => &["dong", "tong"],
        _ => &[],
    }
}

/// How a character is read as a family name, where that differs.
pub(super) fn surname(c: char) -> Option<&'static str> {
    Some(match simplify(c) {
        '曾' => "zeng",
        '查' => "zha",
        '仇' => "qiu",
        '单' => "shan",
        '繁' => "po",
        '盖' => "ge",
        '黑' => "he",
        '解' => "xie",
        '乐' => "yue",
        '缪' => "miao",
        '秘' => "bi",
        '朴' => "piao",
        '区' => "ou",
        '覃' => "qin",
        '洗' => "xian",
        '员' => "yun",
        '折' => "she",
        '种' => "chong",
        '召' => "shao",
        '乜' => "nie",
        '祭' => "zhai",
        '句' => "gou",
        '逢' => "pang",
        '隗' => "wei",
        '尉' => "wei",
        '费' => "fei",
        '谌' => "chen",
        '贲' => "ben",
        '佴' => "nai",
        '能' => "nai",
        '笮' => "ze",
        '莘' => "shen",
        '粘' => "nian",
        '郇' => "xun",
        '宓' => "mi",
        '翟' => "zhai",
        _ => return None,
    })
}
