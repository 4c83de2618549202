//! The name of a firm, taken apart: where it says it is, what it is called, what it deals in; without its legal form.

use super::place;
use crate::text::{fold, is_han, pinyin};

/// A name as it compares. What a firm is called stands in `core`, with its trade; `brand` is that without the trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    places: Vec<String>,
    core: String,
    brand: String,
    trade: String,
    sound: String,
}

/// Legal forms and what stands with them, as names are folded (without dots and blanks). They are taken off at the end until
/// nothing more goes.
const FORMS: &str = "\
    有限责任公司 股份有限公司 有限公司 股份公司 责任公司 总公司 公司 有限责任 股份有限 股份 有限 集团 企业集团 有限合伙 特殊普通合伙 普通合伙 合伙企业 个人独资 个人独资企业 个体工商户 \
    一人有限 外商独资 外商投资 中外合资 自然人独资 台港澳 筹 株式会社 有限会社 合同会社 합자회사 주식회사 유한회사 colimited coltd companylimited \
    companyltd corporation incorporated limited company pteltd ptyltd pvtltd privatelimited sdnbhd \
    gmbh&cokg gmbhcokg gmbh mbh ag kg ohg ug inc corp ltd llc llp lp plc bv nv sa sas sarl srl spa ab oy \
    as aps kk co ооо";
/// Those that stand in front as well.
const FRONT: &str = "\
    株式会社 有限会社 合同会社 주식회사 유한회사 ооо ао пао зао pt";

/// What firms deal in, as names end with it: the brand stands before.
const TRADES: &str = "\
    新能源 新材料 装备 科技 技术 网络 信息 软件 电子 商务 贸易 商贸 进出口 实业 工贸 投资 咨询 管理 服务 文化 传媒 传播 广告 设计 工程 建设 建筑 装饰 制造 机械 设备 材料 化工 医药 生物 食品 \
    餐饮 物流 供应链 发展 开发 控股 集团 教育 国际 企业 产业 数据 智能 系统 通信 能源 环保 汽车 房地产 置业 金融 电器 电气 家居 家具 服装 服饰 纺织 印刷 包装 五金 塑料 农业 \
    医疗 器械 健康 旅游 酒店 运输 货运 租赁 保险 证券 基金 银行 互联网 trading technology technologies tech software systems group \
    holdings holding international industrial industries industry services service solutions consulting \
    logistics electronics media";

fn is_listed(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

/// Words between others that say nothing.
fn is_filler(word: &str) -> bool {
    matches!(word, "the" | "and" | "of")
}

/// How much a text tells: an ideograph about as much as two letters.
pub(super) fn weight(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The beginning of a text that weighs enough.
fn begins(text: &str) -> Option<&str> {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.map(|end| &text[..end]).find(|begins| weight(begins) >= BEGINS)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == '&').collect()
}

/// The text in brackets, and what stands round it.
fn brackets(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut open) = (String::new(), Vec::<String>::new(), false);
    for c in text.chars() {
        match c {
            '(' | '[' | '【' | '〔' | '{' => {
                open = true;
                inside.push(String::new());
            }
            ')' | ']' | '】' | '〕' | '}' => {
                open = false;
                outside.push(' ');
            }
            c => match inside.last_mut().filter(|_| open) {
                Some(within) => within.push(c),
                None => outside.push(c),
            },
        }
    }
    (outside, inside)
}

/// The words of a name, each as letters and digits only: `co., ltd.` → `co`, `ltd`; what is written without blanks is one.
fn words(text: &str) -> Vec<String> {
    // `S.A.`, `GmbH & Co. KG`: dots within a word join, blanks and all else part.
    let joined: String = text
        .chars()
        .filter(|c| !matches!(c, '.' | '\'' | '’' | '·' | '•'))
        .collect();
    let parts = joined.split(|c: char| !(c.is_alphanumeric() || c == '&'));
    let named = parts
        .map(letters)
        .filter(|word| !word.is_empty() && word != "&" && !is_filler(word));
    named.collect()
}

/// Takes legal forms off the end and the front of the words, as long as something is left.
fn without_forms(words: &mut Vec<String>) {
    loop {
        let before = words.clone();
        if words.len() > 1 && is_listed(FRONT, &words[0]) {
            words.remove(0);
        }
        // A form of several words is written with any blanks: `co ltd`, `sdn bhd`.
        for many in [4, 3, 2, 1] {
            if words.len() > many && is_listed(FORMS, &words[words.len() - many..].concat()) {
                words.truncate(words.len() - many);
                break;
            }
        }
        if let Some(last) = words.last_mut()
            && !last.is_ascii()
        {
            let ends = FORMS.split_whitespace().filter(|form| !form.is_ascii());
            let bare = ends
                .filter_map(|form| last.strip_suffix(form))
                .min_by_key(|rest| rest.len());
            if let Some(rest) = bare.filter(|rest| rest.chars().count() > 1) {
                *last = rest.to_owned();
            }
        }
        if let Some(first) = words.first_mut()
            && let Some(rest) = FRONT
                .split_whitespace()
                .find_map(|form| first.strip_prefix(form).filter(|_| !form.is_ascii()))
            && rest.chars().count() > 1
        {
            *first = rest.to_owned();
        }
        if *words == before {
            return;
        }
    }
}

/// What a firm is called, and its trade behind that.
fn parted(words: &[String]) -> (String, String) {
    let (mut brand, mut trade) = (words.to_vec(), Vec::<String>::new());
    while let Some(last) = brand.last().cloned() {
        if brand.len() > 1 && is_listed(TRADES, &last) {
            trade.insert(0, last);
            brand.pop();
            continue;
        }
        let ends = TRADES.split_whitespace().filter(|word| !word.is_ascii());
        let Some(word) = ends.filter(|word| last.ends_with(*word)).max_by_key(|word| word.len()) else {
            break;
        };
        let rest = &last[..last.len() - word.len()];
        if rest.is_empty() && brand.len() == 1 || rest.chars().count() == 1 {
            break;
        }
        trade.insert(0, word.to_owned());
        brand.pop();
        if !rest.is_empty() {
            brand.push(rest.to_owned());
        }
    }
    (brand.concat(), trade.concat())
}

impl Firm {
    /// None where there is nothing to compare.
    pub fn new(name: &str) -> Option<Self> {
        let (outside, inside) = brackets(&fold(name));
        let mut words = words(&outside);
        let mut places = Vec::new();
        for within in inside {
            let within = letters(&within);
            if place::is_place(&within) {
                places.push(within);
            } else if words.is_empty() {
                words.push(within);
            }
        }
        without_forms(&mut words);
        // `江苏省南京市某某`; what would leave nothing, or one character, is no place but the name.
        let mut leading = Vec::new();
        while let Some(first) = words.first_mut()
            && let Some((place, rest)) = place::leading(first)
        {
            let (place, rest) = (place.to_owned(), rest.to_owned());
            if rest.is_empty() && words.len() > 1 {
                words.remove(0);
            } else if rest.chars().count() > 1 {
                words[0] = rest;
            } else {
                break;
            }
            leading.push(place);
        }
        let (brand, trade) = parted(&words);
        let (mut core, mut brand) = (words.concat(), brand);
        if is_listed(TRADES, &brand)
            && let Some(place) = leading.pop()
        {
            // `上海贸易`: the place is all that names it.
            core.insert_str(0, &place);
            brand.insert_str(0, &place);
        }
        leading.append(&mut places);
        let sound = if core.chars().any(is_han) {
            pinyin(&core).replace(' ', "")
        } else {
            String::new()
        };
        (!core.is_empty()).then_some(Self {
            places: leading,
            core,
            brand,
            trade,
            sound,
        })
    }

    /// What it is looked up by when it is stored.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = vec![format!("n:{}", self.core)];
        if !self.sound.is_empty() {
            keys.push(format!("s:{}", self.sound));
        }
        keys.extend(self.slips());
        keys.extend(begins(&self.core).map(|begins| format!("f:{begins}")));
        if weight(&self.core) >= LONG {
            // Whatever was swapped.
            let mut chars: Vec<char> = self.core.chars().collect();
            chars.sort_unstable();
            keys.push(format!("x:{}", chars.into_iter().collect::<String>()));
        }
        if weight(&self.brand) >= LONG && self.brand.chars().count() >= SHORT {
            let half = self.brand.chars().count() / 2;
            keys.extend(halves(&self.brand, half));
        }
        keys
    }

    /// What is looked up: wherever a name that differs by one slip stands.
    pub fn looked_up(&self) -> Vec<String> {
        let mut keys = self.keys();
        let count = self.brand.chars().count();
        if weight(&self.brand) >= LONG && count >= SHORT {
            // Where the halves of a name lie that is one shorter or longer.
            for length in [count - 1, count + 1] {
                let half = length / 2;
                let [front, _] = halves(&self.brand, half);
                let [_, back] = halves(&self.brand, count - (length - half));
                keys.extend([front, back]);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The brand, and for short ones what is left of it without one of its characters.
    fn slips(&self) -> Vec<String> {
        let chars: Vec<char> = self.brand.chars().collect();
        let mut slips = vec![format!("b:{}", self.brand)];
        if (3..=SHORT).contains(&chars.len()) && weight(&self.brand) > chars.len() {
            for left_out in 0..chars.len() {
                let rest = chars.iter().enumerate().filter(|(at, _)| *at != left_out);
                slips.push(format!("b:{}", rest.map(|(_, c)| *c).collect::<String>()));
            }
        }
        slips.dedup();
        slips
    }

    fn near(&self, other: &Self) -> Near {
        if self.places.is_empty() && other.places.is_empty() {
            return Near::Same;
        }
        if self.places.iter().any(|place| other.places.contains(place)) {
            return Near::Same;
        }
        match self.places.is_empty() || other.places.is_empty() {
            true => Near::Unsaid,
            false => Near::Apart,
        }
    }

    /// How alike two names are, of a hundred, and whether they are the same.
    pub fn likeness(&self, other: &Self) -> (u8, Same) {
        let near = self.near(other);
        let told = |same: u8, unsaid: u8, apart: u8| match near {
            Near::Same => same,
            Near::Unsaid => unsaid,
            Near::Apart => apart,
        };
        if self.core == other.core {
            let short = weight(&self.core) < 4;
            let score = if short { told(80, 55, 20) } else { told(95, 85, 40) };
            return (score, if near == Near::Same { Same::Name } else { Same::Nearly });
        }
        let long = weight(&self.core).min(weight(&other.core)) >= LONG;
        if !self.sound.is_empty() && self.sound == other.sound {
            let score = if long { told(80, 65, 20) } else { told(40, 30, 0) };
            return (score, Same::Sound);
        }
        // `贝尔` for `贝尔科技`; `贝尔科技` and `贝尔信息科技`.
        if self.brand == other.brand && weight(&self.brand) >= 4 {
            let (one, two) = (&self.trade, &other.trade);
            let score = if one.is_empty() || two.is_empty() {
                told(70, 55, 20)
            } else if one.contains(two.as_str()) || two.contains(one.as_str()) {
                told(65, 52, 20)
            } else {
                told(35, 30, 10)
            };
            return (score, Same::Nearly);
        }
        let length = weight(&self.core).min(weight(&other.core));
        let brand = weight(&self.brand).min(weight(&other.brand));
        // Those that are looked up by what is left without a character.
        let short = [self, other].iter().all(|firm| firm.brand.chars().count() <= SHORT);
        let score = match slip(&self.core, &other.core).filter(|_| length >= BEGINS) {
            // What begins alike is one firm, whatever is wrong behind; another character in a short brand makes another.
            Some((Slip::Swapped, _)) if length >= LONG => told(78, 62, 20),
            Some((_, at)) if length >= LONG && at >= BEGINS => told(76, 60, 20),
            Some((Slip::LeftOut, at)) if at >= BEGINS && !self.places.is_empty() => told(55, 30, 0),
            Some(_) if self.trade == other.trade => match slip(&self.brand, &other.brand) {
                Some((Slip::Other, _)) if brand >= LONG => told(75, 60, 20),
                Some((Slip::LeftOut, _)) if brand >= LONG || short && brand >= BEGINS => told(70, 55, 20),
                _ => told(40, 30, 0),
            },
            Some(_) => told(30, 20, 0),
            None => 0,
        };
        (score, Same::Nearly)
    }
}

/// So much at the beginning of a name tells it from most others: three ideographs, or six letters.
const BEGINS: usize = 6;
/// From this weight on a slip more or less leaves a name the same.
const LONG: usize = 8;
/// Up to so many characters a brand is looked up by what is left without one; longer ones by their halves.
const SHORT: usize = 4;

fn halves(text: &str, half: usize) -> [String; 2] {
    let at = text.char_indices().nth(half).map_or(text.len(), |(at, _)| at);
    [format!("h:{}", &text[..at]), format!("t:{}", &text[at..])]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Near {
    Same,
    /// One of them says no place.
    Unsaid,
    Apart,
}

/// In what way two names are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    Name,
    Sound,
    Nearly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Other,
    Swapped,
    LeftOut,
}

/// The one slip that makes a text of another, and the weight of what stands before it; none where it takes more.
fn slip(one: &str, other: &str) -> Option<(Slip, usize)> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let front = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let before = weight(&short[..front].iter().collect::<String>());
    let (short, long) = (&short[front..], &long[front..]);
    let back = short.iter().rev().zip(long.iter().rev());
    let back = back.take_while(|(a, b)| a == b).count();
    let slip = match (&short[..short.len() - back], &long[..long.len() - back]) {
        ([], [_]) => Slip::LeftOut,
        ([_], [_]) => Slip::Other,
        ([a, b], [c, d]) if a == d && b == c => Slip::Swapped,
        _ => return None,
    };
    Some((slip, before))
}
