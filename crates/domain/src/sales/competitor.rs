//! Competitors: who else the customer could buy from, and what is known of them.

use crate::record::Rules;
use crate::value::Url;

record! {
    /// A firm that sells against us.
    Competitor CompetitorPatch "competitor" "competitors" "竞争对手" "Competitor" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "名称" "Name",
        website: Option<Url> = [FILTER SEARCH IMPORT] "网站" "Website" max(500),
        strengths: Option<String> = [SEARCH IMPORT] "优势" "Strengths" long(10_000),
        weaknesses: Option<String> = [SEARCH IMPORT] "劣势" "Weaknesses" long(10_000),
    } with {
        usual(Usual::Added) wire() closable() import(&[]) unique(&[&["name"]])
        searched(9) page() icon("versus")
        columns(&["name", "website", "updated_at"])
        form(&["name", "website", "strengths", "weaknesses"])
        groups(&[(BASICS, &["name", "website", "strengths", "weaknesses"])])
    }
}

impl Rules for Competitor {}
