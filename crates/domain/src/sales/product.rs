//! Products: what is sold, with a list price.

use crate::Money;
use crate::record::Rules;

record! {
    /// Something we sell.
    Product ProductPatch "product" "products" "产品" "Product" Shared title "name" {
        name: String = [SORT FILTER SEARCH IMPORT] "产品名称" "Name",
        code: Option<String> = [FILTER SEARCH IMPORT] "产品编码" "Code" max(60),
        category: Option<String> = [FILTER SEARCH IMPORT] "类别" "Category" picklist("product_category") max(100),
        unit: Option<String> = [FILTER IMPORT] "单位" "Unit" max(30),
        price: Option<Money> = [SORT FILTER IMPORT] "标准售价" "List price" range(0, i64::MAX),
        inactive: bool = [FILTER IMPORT] "已停售" "Discontinued",
        description: Option<String> = [SEARCH IMPORT] "描述" "Description" long(10_000),
    } with {
        usual(Usual::Settings) wire() closable() import(&[]) known_by(&["code"])
        searched(7) page() icon("product")
        columns(&["name", "code", "category", "price", "unit", "inactive"])
        form(&["name", "code", "category", "price", "unit"])
    }
}

impl Rules for Product {}
