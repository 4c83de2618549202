//! Names that no firm can give to a kind of its own, so that no later release takes an address from it.

use super::kinds::is_name;

/// Whether a firm may have a kind of this name: it is no word of the product, nor one that a later release may need.
pub fn may_be_made(name: &str) -> bool {
    is_name(name) && !RESERVED.split_whitespace().any(|word| word == name)
}

/// Words that stand, or will stand, where names of kinds do: parts of addresses, nouns of the product in singular and plural.
const RESERVED: &str = "
    access activities activity address addresses alarm alarms all anniversaries anniversary api api_key api_keys app
    approval approvals article articles asset assets attachment attachments audit auth automation automations avatar
    avatars backup backups batch budget budgets by calendar calendars call calls campaign campaigns care case cases
    change changes chart charts claim claims comment comments competitor competitors conflict conflicts consent
    consents contact contacts contract contracts currencies currency custom_field custom_fields custom_record
    custom_records custom_value custom_values customer customers dashboard dashboards deleted discount discounts
    docs document documents duplicate duplicates email emails event events exchange_rate exchange_rates expense
    expenses export exports false favourite favourites feed feeds field fields file files folder folders forecast
    forecasts form forms hand_over health healthz history holiday holidays import imports integration integrations
    invoice invoices job jobs kind kinds landing_page landing_pages layout layouts lead leads login logout loyalty
    mailbox mailboxes mailing mailings me merge merges message messages metrics milestone milestones new none note
    notes notification notifications null numbering_rule numbering_rules openapi opportunities opportunity
    opportunity_line opportunity_lines order orders owner partner partners payment payments phone phones picklist
    picklists pipeline pipelines plan plans plugin plugins pool pools portal price price_list price_lists product
    products project projects queue queues quota quotas quote quotes readyz receipt receipts receivable receivables
    record records registration registrations relation relations reminder reminders report reports role roles rule
    rules schema score scores search segment segments service_contract service_contracts session sessions setting
    settings setup sharing sla slas sms stage stages start subscription subscriptions supplier suppliers survey
    surveys system tag tags target targets task tasks team team_member team_members teams template templates
    territories territory ticket tickets transfer true user users view views visit visits webhook webhooks wechat
    workflow workflows working_time working_times workspace workspaces
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_product_has_is_reserved() {
        for kind in crate::KINDS {
            assert!(!may_be_made(kind.name) && !may_be_made(kind.plural), "{}", kind.name);
        }
        for name in ["", "1a", "a b", "a'b", "a__b", "a_", "A", "ä", "a-b"] {
            assert!(!may_be_made(name), "{name}");
        }
        assert!(may_be_made("equipment") && may_be_made("equipment_items"));
    }
}
