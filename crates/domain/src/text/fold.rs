//! Folding: width, case, combining marks, traditional to simplified.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

/// Lower-case, full width to half width, traditional to simplified, and no mark that a full-text engine would split at.
///
/// Filters fold each row they look at, so what folds character by character, and nearly every text does, is looked up.
pub fn fold(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match alone(c) {
            Some(folded) => out.push(folded),
            None => return whole(s),
        }
    }
    out
}

fn whole(s: &str) -> String {
    normalise(s).chars().map(simplify).collect()
}

/// What a character folds to by itself. None where it goes together with its neighbours, or is folded to more or less than
/// one, or lies beyond the first plane.
pub(super) fn alone(c: char) -> Option<char> {
    static BLOCKS: [OnceLock<[u16; 256]>; 256] = [const { OnceLock::new() }; 256];
    if c.is_ascii() {
        return Some(c.to_ascii_lowercase());
    }
    let [block, place] = u16::try_from(c as u32).ok()?.to_be_bytes();
    let folded = BLOCKS[usize::from(block)].get_or_init(|| {
        std::array::from_fn(|place| {
            let code = u32::from(block) << 8 | place as u32;
            char::from_u32(code).and_then(folded_alone).unwrap_or(0)
        })
    });
    char::from_u32(folded[usize::from(place)].into()).filter(|&folded| folded != '\0')
}

fn folded_alone(c: char) -> Option<u16> {
    // Letters of Korean are composed to syllables.
    if matches!(c as u32, 0x1100..=0x11FF | 0xA960..=0xA97F | 0xD7B0..=0xD7FF) {
        return None;
    }
    let folded = whole(c.encode_utf8(&mut [0; 4]));
    only_char(&folded).and_then(|one| u16::try_from(one as u32).ok())
}

/// [`fold`] without the step to simplified characters, which pinyin does better without.
pub(super) fn normalise(s: &str) -> String {
    if s.is_ascii() {
        return s.to_ascii_lowercase();
    }
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let lower: String = nfkc.normalize(s).chars().flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(lower.len());
    for c in nfkc.normalize(&lower).chars().filter(|&c| !is_mark(c)) {
        match plain(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
    }
    out
}

/// A mark that belongs to the letter before it and has no place in one character with it. Such marks are dropped: the
/// full-text engines do not agree on whether they end a word. The vowel signs of Indic scripts are among them.
pub(super) fn is_mark(c: char) -> bool {
    // Vowel signs that have since become letters, which SQLite's older tables do not know.
    let new_tai_lue = matches!(c, '\u{19B0}'..='\u{19C0}' | '\u{19C8}' | '\u{19C9}');
    let vedic = matches!(c, '\u{1CF2}' | '\u{1CF3}');
    !c.is_ascii() && (GeneralCategoryGroup::Mark.contains(category(c)) || new_tai_lue || vedic)
}

/// A character that tokens are made of: a letter or a digit, for both engines.
pub(super) fn is_word_char(c: char) -> bool {
    const WORD: GeneralCategoryGroup = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Number);
    c.is_ascii_alphanumeric() || (!c.is_ascii() && WORD.contains(category(c)))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Scripts written without spaces (and Korean, whose endings hide the word): found by any two characters.
pub(super) fn is_cjk(c: char) -> bool {
    let syllabic = matches!(c as u32, 0x3040..=0x30FF | 0x31F0..=0x31FF | 0xAC00..=0xD7AF);
    (is_han(c) || syllabic) && is_word_char(c)
}

const LATIN: &str = "abcdefghijklmnopqrstuvwxyz";
/// Without the sigma that ends a word: it would not be the beginning of a longer one.
const GREEK: &str = "αβγδεζηθικλμνξοπρσστυφχψω";

/// A letter as people type it who leave the accents out: Latin and Greek letters without theirs, those of other languages
/// in the letters that stand for them, ё as е.
fn plain(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'þ' => "th",
        'ı' => "i",
        'ё' | 'ѐ' => "е",
        _ => {
            let mut parts = DecomposingNormalizerBorrowed::new_nfd().normalize_iter(std::iter::once(c));
            let base = parts.next()?;
            let from = |alphabet: &'static str, first: char| {
                let at = (base as u32).checked_sub(first as u32)? as usize * first.len_utf8();
                alphabet.get(at..at + first.len_utf8())
            };
            // A diacritic that stands in the middle, such as that of ǿ, comes off with what it stands on.
            match from(LATIN, 'a').or_else(|| from(GREEK, 'α')) {
                Some(letter) => letter,
                None if base != c => plain(base)?,
                None => return None,
            }
        }
    })
}

pub(super) fn simplify(c: char) -> char {
    if !is_han(c) {
        return c;
    }
    SIMPLIFIED
        .binary_search_by_key(&c, |&(from, _)| from)
        .map_or(c, |at| SIMPLIFIED[at].1)
}

/// Pairs that OpenCC keeps apart, since it converts prose or leaves what is simplified already, but that stand for one
/// another in names: other forms of the same character, and those of Japan that are no other character in China.
const VARIANTS: &str = "\
    著着 瞭了 寜宁 珮佩 瑯琅 倣仿 傚效 偸偷 勣绩 廻回 彊强 擡抬 攷考 敍叙 曡叠 汚污 濬浚 煖暖 煇辉 燄焰 牋笺 砲炮 礮炮 祐佑 筦管 籐藤 粧妆 緜绵 繙翻 脇胁 蔴麻 谿溪 讌宴 輭软 鉋刨 舖铺 鑪炉 隄堤 \
    颺扬 鬭斗 锺钟 劄札 剳札 喆哲 堃坤 犇奔 仝同 祕秘 邨村 菴庵 嵒岩 暎映 晧皓 炤照 燿耀 榦干 椶棕 櫂棹 泝溯 洩泄 淩凌 湼涅 溼湿 澂澄 烱炯 犂犁 獃呆 琹琴 璢琉 瑠琉 畧略 甎砖 畮亩 疎疏 痠酸 皁皂 \
    盃杯 碁棋 棊棋 磵涧 秌秋 龝秋 稺稚 穉稚 竢俟 筯箸 簷檐 糉粽 紥扎 紮扎 絃弦 綵彩 罇樽 羢绒 翄翅 耡锄 肊臆 胷胸 脣唇 脩修 膓肠 艣橹 芲花 苺莓 菓果 菸烟 葠参 蓡参 蒐搜 虵蛇 蚘蛔 蜨蝶 蝨虱 袟帙 \
    裠裙 覩睹 觔斤 託托 詧察 誌志 譁哗 豔艳 貍狸 賸剩 跡迹 躭耽 輓挽 迺乃 逈迥 遊游 酧酬 釐厘 鉅巨 銲焊 鎗枪 鐫镌 閒闲 閧哄 阨厄 陞升 雝雍 霑沾 靭韧 韈袜 顋腮 餬糊 餧喂 駞驼 騐验 鬱郁 鬰郁 鱻鲜 \
    鵶鸦 麤粗 鼇鳌 龢和 埜野 壻婿 聟婿 塚冢 塟葬 夀寿 姪侄 姸妍 嫺娴 嫋袅 孃娘 寀采 寕宁 甯宁 尅克 屍尸 岅坂 崑昆 崐昆 崙仑 崘仑 嵗岁 巖岩 巗岩 帋纸 幙幕 庻庶 廵巡 弔吊 徧遍 恆恒 悳德 悽凄 慼戚 \
    愬诉 憇憩 懽欢 戞戛 掽碰 揑捏 搉榷 搨拓 搥捶 敺驱 旂旗 旾春 昬昏 晳皙 暱昵 朞期 枏楠 柟楠 栢柏 桮杯 梹槟 楳梅 槩概 槼规 樝楂 歬前 殭僵 毘毗 氊毡 汎泛 洶汹 涖莅 淛浙 澣浣 灋法 炁气 煑煮 燻熏 \
    燬毁 牀床 猨猿 珎珍 瓌瑰 疉叠 痺痹 癡痴 皃貌 盌碗 眎视 睠眷 睏困 矁瞅 矦侯 碪砧 祘算 秈籼 秔粳 稉粳 稭秸 窓窗 窻窗 牕窗 竚伫 竪竖 箇个 箠棰 箎篪 篛箬 絏绁 緐繁 繖伞 缽钵 鉢钵 羴膻 羶膻 翶翱 \
    肎肯 脗吻 臕膘 臥卧 舘馆 艸草 荳豆 蔆菱 蕚萼 蕋蕊 蘂蕊 虗虚 蠏蟹 衆众 襃褒 覇霸 觝抵 詠咏 諠喧 譌讹 讐仇 躳躬 輙辄 迆迤 逕径 遡溯 酖鸩 鈎钩 銹锈 鐡铁 鑛矿 闇暗 隣邻 隷隶 雋隽 鷄鸡 靣面 鞵鞋 \
    韮韭 頼赖 顔颜 飃飘 飡餐 湌餐 髈膀 鬀剃 鴈雁 鵞鹅 麫面 麪面 黒黑 黙默 齩咬 齶腭 亀龟 亁乾 峯峰 羣群 勛勋 凃涂 祇只 広广 沢泽 桜樱 竜龙 辺边 斎斋 実实 恵惠 栄荣 気气 塩盐 駅驿 鉄铁 戸户 関关 \
    県县 豊丰 歩步 毎每 徳德 緑绿 続续 検检 権权 験验 険险 顕显 営营 労劳 単单 戦战 薬药 覚觉 挙举 総总 聡聪 斉齐 済济 剤剂 児儿 稲稻 陥陷 楽乐 亜亚 悪恶 囲围 円圆 応应 拡扩 帰归 両两 満满 増增 \
    蔵藏 臓脏 雑杂 瀬濑 暁晓 焼烧 尭尧 髪发 釈释 択择 訳译 従从 縦纵 渓溪 鶏鸡 荘庄 壱壹 弐贰 読读 売卖 乗乘 冨富 嶋岛 嶌岛 渕渊 麺面 蛍萤 弾弹 団团 伝传 転转 図图 対对 帯带 発发 廃废 変变 仏佛 \
    払拂 歳岁 処处 拝拜 抜拔 桟栈 銭钱 様样 揺摇 覧览 塁垒 霊灵 齢龄 録录
    仮假 価价 倹俭 剰剩 剣剑 勲勋 勧劝 巻卷 呉吴 呪咒 唖哑 厳严 圏圈 圧压 壊坏 壌壤 奨奖 嬢娘 寛宽 専专 巌岩 巣巢
    庁厅 徴征 悩恼 懐怀 戯戏 戻戾 挿插 掲揭 掻搔 捜搜 撃击 拠据 摂摄 撹搅 収收 効效 勅敕 晩晚 曁暨 暦历 曽曾 楡榆
    歓欢 歴历 渉涉 涙泪 浄净 渇渴 溌泼 渋涩 滝泷 焔焰 犠牺 猟猎 獣兽 畳叠 痩瘦 皐皋 砕碎 頴颖 穂穗 穏稳 穣穰 竃灶
    粋粹 経经 緒緖 縁缘 繋系 繍绣 縄绳 絵绘 継继 繊纤 聴听 粛肃 脳脑 舎舍 茘荔 薫薰 蝋蜡 観观 譲让 賛赞 軽轻
    輌辆 逓递 遅迟 郷乡 酔醉 醗酦 醤酱 醸酿 舗铺 錬炼 鋳铸 鉱矿 隠隐 騒骚 駆驱 髄髓 闘斗 鼈鳖 鴎鸥 鹸碱 麹曲 歯齿
    潀潨 睪睾 鯰鲇 顎腭 衹只 枱台 糭粽 衞卫 箚札 髙高 﨑崎 濵滨 邉边 𠮷吉 値值 郞郎 靑青 淸清 尙尚 惪德 嚞哲 昺昞
    叡睿 爗烨 銕铁 讃赞 遶绕 廼乃 秊年 瘉愈 臯皋 罸罚 羗羌 艶艳 豓艳 躰体 軆体 軰辈 遯遁 鄕乡 鎻锁 閙闹 阯址 陁陀
    飈飙 馀余 鬪斗 龎庞 囘回 凢凡 亝齐 斎斋 竝并 倸彩 囯国 圀国 坵丘 墖塔 姉姊 宂冗 寃冤 寍宁 彞彝 彜彝 恠怪 拏拿
    斈学 昻昂 暠皓 皜皓 朙明 栞刊 氷冰 凖准 澁涩 煕熙 熈熙 畊耕 畱留 皷鼓 穐秋 籖签 荅答 蘓苏 誖悖 雠仇 趂趁 醕醇
    啣衔 飜翻 鹻碱 麐麟 峩峨 帬裙 幚帮 悮误 慂恿 愼慎 戱戏 斚斝 曓暴 朶朵 桒桑 椘楚 橤蕊 湏须 滛淫 漑溉 烖灾 爕燮
    珤宝 甞尝 畆亩 糚妆 紬绸 纎纤 艪橹 葢盖 蜺霓 衂衄 袵衽 褭袅 讁谪 貮贰 賔宾 跥跺 迯逃 逩奔 逹达 遉侦 鄷酆 醻酬
    鋻鉴 閇闭 闗关 陜陕 隂阴 霛灵 鞌鞍 颕颖 餙饰 駈驱 鸖鹤 奌点 冄冉 瑻琨 槗桥 栁柳 桺柳 旪叶 伕夫 僊仙
    崕崖 呑吞 吿告 倶俱 兪俞 喩喻 钜巨 岺岭 藂丛 怱匆 悤匆 劔剑 冩写";

/// One character to one character, sorted. From OpenCC's dictionary, asked once for each ideograph.
///
/// Chosen among the permissively licensed tables: ferrous-opencc (Apache-2.0) carries today's OpenCC data, 4,105
/// single characters; it costs 0.45 MB of binary and, with what it pulls in, 20 s of a first build. fast2s (MIT, 0.06 MB,
/// 6 s) has 2,734, misses ones seen in names (蕓, 顗, 嫿, 誾), maps some wrongly (呱 to 哌), depends on what its neighbours
/// are and on an abandoned bincode; character_converter (MIT) loads 3.6 MB of phrases into hash maps.
/// A whole-phrase conversion would be wrong here: what a character folds to must not depend on its neighbours, or a part of
/// a text would no longer be found in it.
pub(super) static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let opencc = OpenCC::from_config(BuiltinConfig::T2s).expect("the built-in table loads");
    let mut table = BTreeMap::new();
    for from in ('\u{3400}'..='\u{9FFF}').chain('\u{20000}'..='\u{323AF}') {
        let to = opencc.convert(from.encode_utf8(&mut [0; 4]));
        if let Some(to) = only_char(&to).filter(|&to| to != from) {
            table.insert(from, to);
        }
    }
    for pair in VARIANTS.split_whitespace() {
        let mut chars = pair.chars();
        table.extend(chars.next().zip(chars.next()));
    }
    // A few lead to a character that is itself folded.
    table
        .iter()
        .map(|(&from, to)| (from, *table.get(to).unwrap_or(to)))
        .collect()
});

fn only_char(s: &str) -> Option<char> {
    let mut chars = s.chars();
    chars.next().filter(|_| chars.next().is_none())
}
