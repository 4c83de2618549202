//! How people call the fields in their files, in Chinese and English. The order is the order of preference: where two
//! columns fit one field, the name that stands earlier wins.

/// Names of one field, for the record kinds named, or for all.
struct Names {
    kinds: &'static [&'static str],
    field: &'static str,
    names: &'static [&'static str],
}

const fn names(kinds: &'static [&'static str], field: &'static str, names: &'static [&'static str]) -> Names {
    Names { kinds, field, names }
}

/// The known names of a field. A field `owner_id` is also asked for as `owner`.
pub fn of(kind: &str, field: &str) -> impl Iterator<Item = &'static str> {
    let stem = crate::record::stem(field).unwrap_or(field);
    TABLE
        .iter()
        .filter(move |n| n.field == field || n.field == stem)
        .filter(move |n| n.kinds.is_empty() || n.kinds.contains(&kind))
        .flat_map(|n| n.names.iter().copied())
}

const ANY: &[&str] = &[];

#[rustfmt::skip]
const TABLE: &[Names] = &[
    // Names and keys
    names(&["customer"], "name", &["客户名称", "客户", "公司名称", "公司", "企业名称", "企业", "单位名称", "客户全称", "公司全称", "客户简称", "客戶名稱", "公司名稱", "名称", "客户姓名",
        "customer name", "customer", "account name", "account", "company name", "company", "organization name", "organisation name", "organization", "organization 1 name"]),
    names(&["contact"], "name", &["联系人", "联系人姓名", "联系人名称", "姓名", "名字", "聯絡人", "聯繫人", "contact name", "contact", "full name", "person name", "display name"]),
    names(&["lead"], "name", &["线索名称", "线索", "联系人", "联系人姓名", "姓名", "客户姓名", "聯絡人", "lead name", "lead", "full name", "contact name", "contact", "person name"]),
    names(&["product"], "name", &["产品名称", "产品", "商品名称", "商品", "品名", "物料名称", "產品名稱", "名称", "product name", "product", "item name", "item"]),
    names(&["opportunity"], "name", &["商机名称", "商机", "机会名称", "销售机会", "项目名称", "商機名稱", "名称", "opportunity name", "opportunity", "deal name", "deal", "deal title"]),
    names(&["user"], "name", &["姓名", "员工姓名", "用户姓名", "用户名称", "员工", "销售员", "销售人员", "销售代表", "业务员", "sales agent", "agent", "sales rep", "salesperson",
        "user name", "employee name", "full name", "employee", "user", "rep"]),
    names(ANY, "external_id", &["外部编号", "外部id", "external id", "record id", "id", "编号", "编码"]),
    names(&["customer"], "external_id", &["客户编号", "客户编码", "客户id", "公司编号", "customer id", "account id", "company id", "organization id", "account number", "customer number", "customer code"]),
    names(&["contact"], "external_id", &["联系人编号", "联系人id", "contact id", "person id"]),
    names(&["lead"], "external_id", &["线索编号", "线索id", "lead id", "prospect id", "lead number"]),
    names(&["product"], "external_id", &["产品编号", "产品编码", "商品编码", "物料编码", "product id", "product code", "sku", "item number"]),
    names(&["opportunity"], "external_id", &["商机编号", "商机id", "机会编号", "opportunity id", "deal id", "opportunity number"]),
    names(ANY, "number", &["系统编号"]),
    names(&["user"], "external_id", &["工号", "员工编号", "employee id", "employee number", "user id"]),
    names(ANY, "first_name", &["名", "名字", "first name", "given name", "forename"]),
    names(ANY, "last_name", &["姓", "姓氏", "last name", "family name", "surname"]),

    // Who and what a record belongs to
    names(&["opportunity", "contact", "activity", "task"], "customer", &["客户名称", "客户", "所属客户", "公司名称", "公司", "企业名称", "单位名称", "客户全称", "所属公司", "客戶名稱", "公司名稱",
        "customer name", "customer", "account name", "account", "company name", "company", "associated company", "organization name", "organisation name", "organization", "organization 1 name",
        "account id", "customer id", "company id", "associated company ids"]),
    names(&["lead"], "company", &["公司名称", "公司", "企业名称", "企业", "单位名称", "单位", "客户名称", "客户", "公司名稱", "company name", "account name", "organization name", "organisation name",
        "organization", "organization 1 name", "account", "employer"]),
    names(ANY, "contact", &["联系人", "联系人姓名", "主要联系人", "聯絡人", "聯繫人", "contact name", "primary contact", "contact person", "associated contact"]),
    names(ANY, "owner", &["负责人", "所有人", "归属人", "跟进人", "客户负责人", "线索负责人", "商机负责人", "销售负责人", "客户经理", "销售代表", "销售人员", "销售员", "销售", "业务员", "業務員", "負責人",
        "owner name", "contact owner", "company owner", "account owner", "customer owner", "deal owner", "lead owner", "opportunity owner", "record owner", "owner id", "sales agent",
        "sales rep", "salesperson", "account manager", "account executive", "assigned to", "agent", "rep"]),
    names(ANY, "parent", &["上级公司", "上级客户", "母公司", "父公司", "总公司", "集团公司", "隶属公司", "上级单位", "parent company", "parent account", "parent customer", "parent id",
        "parent account id", "subsidiary of", "holding company"]),
    names(&["user"], "team", &["团队", "部门", "所属部门", "所属团队", "小组", "大区", "区域", "办事处", "部門", "department", "regional office", "office", "sales team", "group", "division", "region"]),
    names(&["user"], "manager", &["经理", "团队经理", "部门经理", "直属上级", "上级", "主管", "领导", "team manager", "sales manager", "supervisor", "reports to", "line manager"]),
    names(&["user"], "team_manager", &["经理", "团队经理", "部门经理", "主管", "上级", "manager", "sales manager", "supervisor"]),
    names(&["user"], "roles", &["role", "角色", "岗位", "user role", "profile"]),

    // Reaching people
    names(ANY, "mobile", &["手机", "手机号", "手机号码", "移动电话", "手機", "mobile phone", "mobile number", "cell phone", "cell"]),
    names(ANY, "phone", &["手机", "手机号", "手机号码", "移动电话", "电话", "电话号码", "联系电话", "联系方式", "固定电话", "固话", "座机", "办公电话", "公司电话", "手機", "電話",
        "phone number", "mobile", "mobile phone", "mobile number", "telephone", "telephone number", "tel", "person phone", "phone 1 value", "work phone", "business phone", "cell phone", "cell",
        "contact phone number"]),
    names(ANY, "email", &["邮箱", "电子邮箱", "邮箱地址", "电子邮件", "电子邮件地址", "邮件", "电邮", "電郵", "電子郵件", "e mail", "email address", "mail", "person email",
        "e mail 1 value", "work email", "business email"]),
    names(ANY, "office_phone", &["办公电话", "座机", "固定电话", "固话", "公司电话", "单位电话", "work phone", "business phone", "office telephone", "landline", "telephone", "tel"]),
    names(ANY, "wechat", &["微信号", "微信账号", "wechat id", "weixin"]),
    names(&["contact"], "department", &["所属部门", "部門", "dept", "division", "organization 1 department"]),
    names(&["contact"], "decision_role", &["决策角色", "角色", "决策作用", "buying role", "contact role"]),
    names(ANY, "do_not_contact", &["勿联系", "禁止联系", "免打扰", "do not call", "opted out", "unsubscribed"]),
    names(ANY, "disqualified_reason", &["无效原因", "关闭原因", "disqualification reason", "unqualified reason"]),
    names(ANY, "website", &["网址", "网站", "官网", "公司网址", "公司网站", "公司官网", "主页", "網址", "website url", "web site", "url", "homepage", "company domain name", "domain", "web", "web page", "website 1 value"]),
    names(ANY, "title", &["职位", "职务", "头衔", "岗位", "職位", "職稱", "job title", "position", "organization 1 title", "organization title"]),
    names(ANY, "address", &["地址", "详细地址", "公司地址", "联系地址", "通讯地址", "办公地址", "street", "street address", "billing street", "mailing street", "billing address", "mailing address"]),
    names(ANY, "province", &["省份", "省", "所在省", "所在省份", "州省", "state", "state province", "mailing state province", "mailing state", "billing state province", "billing state"]),
    names(ANY, "city", &["城市", "市", "所在城市", "所在市", "mailing city", "billing city", "town"]),
    names(ANY, "country", &["国家", "国家地区", "國家", "billing country", "mailing country"]),
    names(ANY, "postal_code", &["邮编", "邮政编码", "zip", "zip code", "postcode", "mailing zip postal code", "billing postal code", "mailing postal code"]),
    names(&["customer", "contact", "lead", "opportunity"], "region", &["地区", "区域", "所在地区", "所属地区", "所属区域", "所在地", "地區", "territory", "省市", "省份", "省", "所在省份",
        "province", "state", "state province", "office location", "mailing state province", "mailing state", "billing state province", "billing state", "country", "billing country", "mailing country", "国家"]),

    // What is known about them
    names(ANY, "industry", &["行业", "所属行业", "行业类型", "行业分类", "客户行业", "行業", "sector", "industry type", "vertical", "branch"]),
    names(ANY, "kind", &["类型", "客户类型", "客户性质", "账户类型", "type", "account type", "customer type"]),
    names(ANY, "status", &["状态", "客户状态", "线索状态", "跟进状态", "狀態", "lead status", "account status", "customer status", "contact status"]),
    names(ANY, "level", &["级别", "客户级别", "等级", "客户等级", "线索等级", "线索级别", "重要程度", "級別", "customer level", "grade", "tier", "rating", "lead quality", "priority"]),
    names(ANY, "source", &["来源", "客户来源", "线索来源", "商机来源", "获客渠道", "来源渠道", "渠道", "來源", "lead source", "customer source", "original source", "channel", "platform"]),
    names(ANY, "score", &["评分", "得分", "分数", "线索评分", "lead score"]),
    names(ANY, "tags", &["标签", "客户标签", "標籤", "tag", "labels", "label", "keywords", "分组", "群组", "group membership", "categories", "groups"]),
    names(ANY, "annual_revenue", &["年营业额", "年营收", "年收入", "年销售额", "营业额", "营收", "营业收入", "revenue", "turnover", "yearly revenue", "annual turnover"]),
    names(ANY, "employees", &["员工数", "员工人数", "员工数量", "人数", "公司人数", "公司规模", "人员规模", "企业规模", "number of employees", "employee count", "employee number", "headcount", "company size"]),
    names(ANY, "next_follow_up_at", &["下次跟进时间", "下次跟进日期", "下次跟进", "下次联系时间", "下次回访时间", "next follow up", "next follow up date", "next contact date", "next activity date", "follow up date"]),
    names(ANY, "last_activity_at", &["最后跟进时间", "最近跟进时间", "最近联系时间", "最后活动时间", "last activity", "last activity date", "person last activity date", "last contacted"]),
    names(ANY, "birthday", &["生日", "出生日期", "date of birth", "birth date", "dob"]),
    names(ANY, "description", &["备注", "描述", "说明", "简介", "備註", "notes", "note", "remark", "remarks", "comment", "comments", "memo"]),
    names(ANY, "note", &["备注", "说明", "描述", "備註", "notes", "description", "remark", "remarks", "comment", "comments", "memo"]),
    names(ANY, "notes", &["备注", "说明", "描述", "備註", "note", "description", "remark", "remarks", "comment", "comments", "memo"]),

    // Deals
    names(ANY, "amount", &["预计金额", "金额", "商机金额", "预计成交金额", "预计销售金额", "预估金额", "成交金额", "合同金额", "訂單金額", "金額", "close value", "deal value", "deal amount", "opportunity amount",
        "expected amount", "value"]),
    names(ANY, "currency", &["币种", "货币", "幣別", "货币单位", "金额单位", "计价单位", "currency code", "currency iso code", "amount currency", "deal currency", "curr", "ccy", "amount unit"]),
    names(&["holiday"], "day", &["日期", "放假日期", "date", "holiday date"]),
    names(&["holiday"], "name", &["节日", "节假日", "名称", "假日名称", "holiday name", "holiday", "description"]),
    names(&["holiday"], "kind", &["类型", "是否上班", "type", "day type"]),
    names(&["exchange_rate"], "rate", &["汇率", "中间价", "折算价", "exchange rate", "fx rate"]),
    names(&["exchange_rate"], "valid_from", &["生效日期", "日期", "生效日", "发布日期", "date", "effective date", "start date"]),
    names(ANY, "stage", &["阶段", "销售阶段", "商机阶段", "階段", "deal stage", "stage name", "sales stage", "opportunity stage"]),
    names(ANY, "pipeline", &["销售管道", "管道", "销售流程", "sales pipeline", "deal pipeline"]),
    names(ANY, "probability", &["概率", "赢率", "赢单率", "成交概率", "probability percent", "win probability"]),
    names(ANY, "started_on", &["开始日期", "开始时间", "立项日期", "接洽日期", "engage date", "start date", "engagement date", "open date"]),
    names(ANY, "close_on", &["预计成交日期", "预计成交时间", "预计关闭日期", "预计结束日期", "预计签约日期", "预计签单日期", "成交日期", "结单日期", "关闭日期", "close date", "expected close date", "closing date", "closed date"]),
    names(ANY, "closed_at", &["实际成交日期", "实际成交时间", "关闭时间", "结束时间", "actual close date", "closed time", "close time", "won time"]),
    names(ANY, "loss_reason", &["输单原因", "丢单原因", "失败原因", "战败原因", "lost reason", "closed lost reason", "reason lost"]),
    names(ANY, "competitor", &["竞争对手", "竞品", "竞争厂商", "main competitor", "competitors"]),
    names(ANY, "forecast_category", &["预测类别", "预测分类", "forecast"]),
    names(ANY, "next_step", &["下一步", "下一步计划", "next steps"]),
    names(&["opportunity"], "product", &["产品", "产品名称", "商品", "商品名称", "意向产品", "產品", "product name", "products", "item", "item name"]),
    names(&["opportunity"], "quantity", &["数量", "產品數量", "qty", "product quantity"]),

    // Products
    names(ANY, "price", &["单价", "价格", "销售价格", "售价", "销售单价", "标准价格", "標準價格", "單價", "unit price", "sales price", "list price", "selling price", "standard price"]),
    names(&["product"], "inactive", &["停售", "停用", "是否停售", "discontinued", "disabled"]),
    names(ANY, "cost", &["成本", "成本价", "采购价", "unit cost", "cost price"]),
    names(ANY, "category", &["类别", "分类", "产品类别", "产品分类", "产品系列", "系列", "產品類別", "product category", "series", "family", "product family", "product line", "product type"]),
    names(ANY, "unit", &["单位", "计量单位", "销售单位", "單位", "unit of measure", "uom"]),
    names(ANY, "code", &["产品编码", "产品编号", "商品编码", "编码", "编号", "product code", "sku", "item number"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice_for_one_field() {
        for entry in TABLE {
            for kind in ["customer", "contact", "lead", "product", "opportunity", "user"] {
                let mut seen: Vec<_> = of(kind, entry.field).map(super::super::closest::fold).collect();
                let all = seen.len();
                seen.sort();
                seen.dedup();
                assert_eq!(seen.len(), all, "{kind}.{}", entry.field);
            }
        }
    }

    #[test]
    fn a_reference_is_known_by_its_stem() {
        assert!(of("opportunity", "owner_id").any(|n| n == "负责人"));
        assert!(of("customer", "name").all(|n| n != "联系人"));
    }
}
