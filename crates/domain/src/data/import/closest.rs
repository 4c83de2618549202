//! "Did you mean …?": the known name nearest to one that was not found.

/// The candidate that equals `needle` but for case, spaces and punctuation; else the one fewest edits away, if that is
/// few enough for the length to be a slip of the pen.
pub fn closest<'a>(needle: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let needle = fold(needle);
    let reach = match needle.len() {
        0 => return None,
        1..=3 => 0,
        4..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let bound = best.map_or(reach, |(d, _)| d.saturating_sub(1));
        match distance(&needle, &fold(candidate), bound) {
            Some(0) => return Some(candidate),
            // A known best of distance 1 can only be beaten by an equal one.
            Some(d) if best.is_none_or(|(b, _)| d < b) => best = Some((d, candidate)),
            _ => {}
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Lower case, full-width folded, letters and digits only.
pub(crate) fn fold(text: &str) -> Vec<char> {
    text.chars()
        .map(half_width)
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The ASCII twin of a full-width form.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Edits (insert, delete, replace, swap of neighbours) between two words; none beyond `bound`.
fn distance(a: &[char], b: &[char], bound: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > bound {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|&d| d > bound) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&d| d <= bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRODUCTS: [&str; 7] = [
        "GTX Basic",
        "GTX Pro",
        "MG Special",
        "MG Advanced",
        "GTX Plus Pro",
        "GTX Plus Basic",
        "GTK 500",
    ];

    #[test]
    fn finds_the_slips_people_make() {
        assert_eq!(closest("GTXPro", PRODUCTS), Some("GTX Pro"));
        assert_eq!(closest("gtx plus  basic", PRODUCTS), Some("GTX Plus Basic"));
        assert_eq!(closest("MG Speical", PRODUCTS), Some("MG Special"));
        assert_eq!(
            closest("technolgy", ["retail", "technology", "medical"]),
            Some("technology")
        );
        assert_eq!(closest("ＧＴＸ　Ｐｒｏ", PRODUCTS), Some("GTX Pro"));
        assert_eq!(
            closest("上海博艺网络科技", ["上海博艺网路科技", "上海特来电"]),
            Some("上海博艺网路科技")
        );
    }

    #[test]
    fn is_silent_where_nothing_is_near() {
        assert_eq!(closest("Widget", PRODUCTS), None);
        assert_eq!(closest("百度", ["百事", "百世"]), None);
        assert_eq!(closest("", ["a"]), None);
        assert_eq!(closest("--", ["a"]), None);
        assert_eq!(closest("x", []), None);
    }

    #[test]
    fn an_equal_name_beats_a_near_one_that_comes_first() {
        assert_eq!(closest("GTXPlus", ["GTXPluz", "GTX-Plus"]), Some("GTX-Plus"));
    }

    proptest! {
        #[test]
        fn one_slip_in_a_long_word_is_found(word in "[a-z]{8,20}", at in 0usize..8, c in proptest::char::range('a', 'z')) {
            let mut slipped: Vec<char> = word.chars().collect();
            slipped[at] = c;
            let slipped: String = slipped.into_iter().collect();
            prop_assert_eq!(closest(&slipped, [word.as_str()]), Some(word.as_str()));
        }

        #[test]
        fn any_text_is_survived(needle in ".*", candidate in ".*") {
            let _ = closest(&needle, [candidate.as_str()]);
        }
    }
}
