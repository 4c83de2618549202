//! The guess, on the header rows of well-known exports and on messy ones.

use super::super::guess_for;
use super::*;
use crate::Record;
use proptest::prelude::*;

fn row(kind: &str, header_row: &str) -> Vec<Guess> {
    let headers: Vec<String> = header_row.split(',').map(str::to_owned).collect();
    guess_for(crate::kind(kind).expect("a kind"), &[], &headers)
}

/// The guess for a header row, as `column=field` of what was mapped.
fn mapped(kind: &str, header_row: &str) -> Vec<String> {
    row(kind, header_row)
        .into_iter()
        .filter_map(|g| Some(format!("{}={}", g.header, g.field?)))
        .collect()
}

#[test]
fn chinese_customer_lists() {
    let row = "客户名称,联系人,城市,行业,预计金额,备注";
    assert_eq!(
        mapped("customer", row),
        ["客户名称=name", "行业=industry", "备注=description"]
    );
    assert_eq!(
        mapped(
            "opportunity",
            "商机名称*,客户名称*,销售阶段,预计金额（元）,预计成交日期,负责人,产品"
        ),
        [
            "商机名称*=name",
            "客户名称*=customer_id",
            "销售阶段=stage_id",
            "预计金额（元）=amount",
            "预计成交日期=close_on",
            "负责人=owner_id",
            "产品=product"
        ]
    );
    assert_eq!(
        mapped(
            "customer",
            "\u{feff}公司名称*,手机号码(必填),电子邮箱,负责人,上级公司,员工人数,年营业额,下次跟进时间,客户标签"
        ),
        [
            "公司名称*=name",
            "手机号码(必填)=phone",
            "电子邮箱=email",
            "负责人=owner_id",
            "上级公司=parent_id",
            "员工人数=employees",
            "年营业额=annual_revenue",
            "下次跟进时间=next_follow_up_at",
            "客户标签=tags"
        ]
        .map(|s| s.trim_start_matches('\u{feff}'))
    );
    assert_eq!(
        mapped("lead", "姓名,公司,职位,手机,邮箱,线索来源,线索状态,负责人"),
        [
            "姓名=name",
            "公司=company",
            "职位=title",
            "手机=phone",
            "邮箱=email",
            "线索来源=source",
            "线索状态=status",
            "负责人=owner_id"
        ]
    );
    assert_eq!(
        mapped("contact", "聯絡人,客戶名稱,電話,電郵"),
        ["聯絡人=name", "客戶名稱=customer_id", "電話=phone", "電郵=email"]
    );
}

#[test]
fn a_computer_shop_s_crm_tables() {
    assert_eq!(
        mapped(
            "customer",
            "account,sector,year_established,revenue,employees,office_location,subsidiary_of"
        ),
        [
            "account=name",
            "sector=industry",
            "revenue=annual_revenue",
            "employees=employees",
            "office_location=region",
            "subsidiary_of=parent_id"
        ]
    );
    assert_eq!(
        mapped("product", "product,series,sales_price"),
        ["product=name", "series=category", "sales_price=price"]
    );
    assert_eq!(
        mapped("user", "sales_agent,manager,regional_office"),
        ["sales_agent=name", "manager=team_manager", "regional_office=team_id"]
    );
    assert_eq!(
        mapped(
            "opportunity",
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
        ),
        [
            "opportunity_id=external_id",
            "sales_agent=owner_id",
            "product=product",
            "account=customer_id",
            "deal_stage=stage_id",
            "engage_date=started_on",
            "close_date=close_on",
            "close_value=amount"
        ]
    );
}

#[test]
fn hubspot() {
    assert_eq!(
        mapped(
            "contact",
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Create Date,Last Modified Date,Lifecycle Stage,Lead Source,Associated Deal,Associated Company,Associated Deal IDs"
        ),
        [
            "Record ID=external_id",
            "First Name=first_name",
            "Last Name=last_name",
            "Email=email",
            "Phone Number=phone",
            "Contact owner=owner_id",
            "Associated Company=customer_id"
        ]
    );
    assert_eq!(
        mapped(
            "customer",
            "Record ID,Company name,Website URL,Company owner,Create Date"
        ),
        [
            "Record ID=external_id",
            "Company name=name",
            "Website URL=website",
            "Company owner=owner_id"
        ]
    );
    assert_eq!(
        mapped(
            "opportunity",
            "Record ID,Deal Name,Deal Stage,Amount,Deal owner,Associated Company IDs"
        ),
        [
            "Record ID=external_id",
            "Deal Name=name",
            "Deal Stage=stage_id",
            "Amount=amount",
            "Deal owner=owner_id",
            "Associated Company IDs=customer_id"
        ]
    );
}

#[test]
fn salesforce() {
    assert_eq!(
        mapped(
            "contact",
            "First Name,Last Name,Email,Phone,Account Name,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,Last Activity"
        ),
        [
            "First Name=first_name",
            "Last Name=last_name",
            "Email=email",
            "Phone=phone",
            "Account Name=customer_id"
        ]
    );
    assert_eq!(
        mapped(
            "lead",
            "Lead ID,FirstName,LastName,Email,Phone,Company,LeadSource,Status,OwnerId"
        ),
        [
            "Lead ID=external_id",
            "FirstName=first_name",
            "LastName=last_name",
            "Email=email",
            "Phone=phone",
            "Company=company",
            "LeadSource=source",
            "Status=status",
            "OwnerId=owner_id"
        ]
    );
    let accounts = "ID,ISDELETED,MASTERRECORDID,NAME,TYPE,PARENTID,BILLINGSTREET,BILLINGCITY,BILLINGSTATE,BILLINGPOSTALCODE,BILLINGCOUNTRY,SHIPPINGSTREET,SHIPPINGCITY,SHIPPINGSTATE,SHIPPINGPOSTALCODE,SHIPPINGCOUNTRY,PHONE,FAX,ACCOUNTNUMBER,WEBSITE,SIC,INDUSTRY,ANNUALREVENUE,NUMBEROFEMPLOYEES,OWNERSHIP,TICKERSYMBOL,DESCRIPTION,RATING,SITE,OWNERID,CREATEDDATE,CREATEDBYID,LASTMODIFIEDDATE,LASTMODIFIEDBYID,SYSTEMMODSTAMP,LASTACTIVITYDATE,ORACLE_ID__C";
    assert_eq!(
        mapped("customer", accounts),
        [
            "ID=external_id",
            "NAME=name",
            "TYPE=kind",
            "PARENTID=parent_id",
            "BILLINGSTREET=address",
            "BILLINGSTATE=region",
            "PHONE=phone",
            "WEBSITE=website",
            "INDUSTRY=industry",
            "ANNUALREVENUE=annual_revenue",
            "NUMBEROFEMPLOYEES=employees",
            "DESCRIPTION=description",
            "RATING=level",
            "OWNERID=owner_id"
        ]
    );
    let deals = "ID,ISDELETED,ACCOUNTID,NAME,DESCRIPTION,STAGENAME,AMOUNT,PROBABILITY,EXPECTEDREVENUE,TOTALOPPORTUNITYQUANTITY,CLOSEDATE,TYPE,NEXTSTEP,LEADSOURCE,ISCLOSED,ISWON,FORECASTCATEGORY,HASOPPORTUNITYLINEITEM,PRICEBOOKID,PRICEBOOK2ID,OWNERID,CREATEDDATE,CREATEDBYID,LASTMODIFIEDDATE,LASTMODIFIEDBYID,SYSTEMMODSTAMP,LASTACTIVITYDATE,FISCALQUARTER,FISCALYEAR,FISCAL,ORACLE_ID__C";
    assert_eq!(
        mapped("opportunity", deals),
        [
            "ID=external_id",
            "ACCOUNTID=customer_id",
            "NAME=name",
            "DESCRIPTION=description",
            "STAGENAME=stage_id",
            "AMOUNT=amount",
            "CLOSEDATE=close_on",
            "NEXTSTEP=next_step",
            "LEADSOURCE=source",
            "FORECASTCATEGORY=forecast_category",
            "OWNERID=owner_id"
        ]
    );
}

#[test]
fn zoho_pipedrive_google_and_facebook() {
    assert_eq!(
        mapped(
            "lead",
            "Lead Name,Email,Phone,Lead Source,Lead Owner,Lead Status,Industry"
        ),
        [
            "Lead Name=name",
            "Email=email",
            "Phone=phone",
            "Lead Source=source",
            "Lead Owner=owner_id",
            "Lead Status=status",
            "Industry=industry"
        ]
    );
    assert_eq!(
        mapped(
            "contact",
            "Person - ID,Person - Name,Person - Email,Person - Phone,Organization - Name,Person - Last activity date"
        ),
        [
            "Person - ID=external_id",
            "Person - Name=name",
            "Person - Email=email",
            "Person - Phone=phone",
            "Organization - Name=customer_id"
        ]
    );
    assert_eq!(
        mapped(
            "contact",
            "Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Organization 1 - Name"
        ),
        [
            "Given Name=first_name",
            "Family Name=last_name",
            "E-mail 1 - Value=email",
            "Phone 1 - Value=phone",
            "Organization 1 - Name=customer_id"
        ]
    );
    assert_eq!(
        mapped(
            "lead",
            "id,created_time,ad_name,adset_name,campaign_name,form_name,is_organic,platform,full_name,email,phone_number"
        ),
        [
            "id=external_id",
            "platform=source",
            "full_name=name",
            "email=email",
            "phone_number=phone"
        ]
    );
}

#[test]
fn a_course_seller_s_leads() {
    let row = "Prospect ID,Lead Number,Lead Origin,Lead Source,Do Not Email,Do Not Call,Converted,TotalVisits,Total Time Spent on Website,Page Views Per Visit,Last Activity,Country,Specialization,How did you hear about X Education,What is your current occupation,What matters most to you in choosing a course,Search,Magazine,Newspaper Article,X Education Forums,Newspaper,Digital Advertisement,Through Recommendations,Receive More Updates About Our Courses,Tags,Lead Quality,Update me on Supply Chain Content,Get updates on DM Content,Lead Profile,City,Asymmetrique Activity Index,Asymmetrique Profile Index,Asymmetrique Activity Score,Asymmetrique Profile Score,I agree to pay the amount through cheque,A free copy of Mastering The Interview,Last Notable Activity";
    assert_eq!(
        mapped("lead", row),
        [
            "Prospect ID=external_id",
            "Lead Source=source",
            "Country=region",
            "Tags=tags",
            "Lead Quality=level"
        ]
    );
    let guesses = self::row("lead", row);
    assert_eq!(
        (guesses[1].looks_like.as_deref(), guesses[1].taken_by),
        (Some("external_id"), Some(0))
    );
}

fn guesses(headers: &[&str]) -> Vec<Guess> {
    let fields = [
        FieldHint::new("name", ["客户名称", "Name"]),
        FieldHint::new("email", ["邮箱", "E-mail"]),
        FieldHint::new("phone", ["电话", "Phone"]),
        FieldHint::new("cf_birth_star", ["星座", "Star sign"]),
    ];
    guess(
        "customer",
        &fields,
        &headers.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>(),
    )
}

#[test]
fn two_columns_never_share_a_field_silently() {
    let found = guesses(&["Email", "email", "E-mail Address", "name"]);
    assert_eq!(found[0].field.as_deref(), Some("email"));
    assert_eq!(found[1].header, "email (2)");
    for other in &found[1..3] {
        assert_eq!(
            (other.field.as_deref(), other.looks_like.as_deref(), other.taken_by),
            (None, Some("email"), Some(0))
        );
        assert_eq!(other.certainty, Certainty::None);
    }
    // The surer column wins over the earlier one.
    let found = guesses(&["company", "客户名称"]);
    assert_eq!(
        (found[0].field.as_deref(), found[1].field.as_deref()),
        (None, Some("name"))
    );
}

#[test]
fn labels_and_messy_spellings_are_known() {
    let found = guesses(&["📧 E-MAIL", "\u{200f}Phone\u{200f}", "Star_Sign", "ＮＡＭＥ"]);
    let fields: Vec<_> = found.iter().map(|g| g.field.as_deref().unwrap_or("-")).collect();
    assert_eq!(fields, ["email", "phone", "cf_birth_star", "name"]);
    assert!(found.iter().all(|g| g.certainty == Certainty::Exact));
}

#[test]
fn a_misspelt_header_is_hinted_at_but_not_taken() {
    let found = guesses(&["Emial", "Comapny", "", "email / phone", "رقم"]);
    assert!(found.iter().all(|g| g.field.is_none()));
    assert_eq!(
        (found[0].looks_like.as_deref(), found[0].taken_by),
        (Some("email"), None)
    );
    assert_eq!(found[1].looks_like.as_deref(), Some("name"));
    assert_eq!((found[2].header.as_str(), found[2].looks_like.as_deref()), ("#3", None));
    assert_eq!(found[4].looks_like, None);
}

proptest! {
    #[test]
    fn no_field_is_given_twice(headers in proptest::collection::vec("(email|e-mail|邮箱|mobile|电话|name|company|客户|(?s).{0,8})", 0..12)) {
        let found = guess_for(crate::customer::Customer::KIND, &[], &headers);
        prop_assert_eq!(found.len(), headers.len());
        let mut given: Vec<_> = found.iter().filter_map(|g| g.field.clone()).collect();
        let all = given.len();
        given.sort();
        given.dedup();
        prop_assert_eq!(given.len(), all);
        let names: HashSet<_> = found.iter().map(|g| g.header.clone()).collect();
        prop_assert_eq!(names.len(), headers.len());
    }
}

/// What is quadratic in them would not be done today.
#[test]
fn equal_headers_are_told_apart_however_many() {
    let headers = vec!["电话".to_owned(); 300_000];
    let distinct = distinct_headers(&headers);
    assert_eq!(
        (distinct[0].as_str(), distinct[299_999].as_str()),
        ("电话", "电话 (300000)")
    );
    let taken = ["a", "a (2)", "A", "a", "a (2)"].map(str::to_owned);
    assert_eq!(distinct_headers(&taken), ["a", "a (2)", "A (3)", "a (4)", "a (2) (2)"]);
}
