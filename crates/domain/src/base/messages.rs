//! What people read when something is refused, in both languages, by stable code.

use crate::error::Issue;
use crate::label::{Label, Locale};

macro_rules! messages {
    ($($code:ident $zh:literal $en:literal;)*) => {
        /// The codes of refusals; those of files stand with the import.
        pub const CODES: &[(&str, Label)] = &[$((stringify!($code), Label::new($zh, $en))),*];
    };
}

messages! {
    // Fields
    required "此项必填。" "This field is required.";
    wrong_type "此项应为{type}。" "This must be {type}.";
    null_value "此项不能为 null：可以不填，或填写具体的值。" "This cannot be null: leave it out, or give a value.";
    unknown_field "没有名为“{field}”的字段。" "There is no field “{field}”.";
    read_only "此字段由系统维护，不能设置。" "This field is maintained by the system and cannot be set.";
    field_read_only "您的角色不能修改此字段。" "Your role cannot change this field.";
    field_hidden "您的角色无权查看字段“{field}”。" "Your role cannot see the field “{field}”.";
    field_would_show "该记录会显示您无权查看的内容（字段“{field}”），不能由您创建。请填写该字段，或请管理员调整字段权限。" "The new record would show content you are not allowed to see (field “{field}”). Fill it in yourself, or ask an administrator to adjust the field rights.";
    field_right_unfit "字段“{field}”不能这样限制。" "The field “{field}” cannot be restricted like this.";
    too_long "最多 {max} 个字符。" "At most {max} characters.";
    too_many "最多 {max} 项。" "At most {max} items.";
    out_of_range "应为 {min} 到 {max} 之间的整数。" "Must be a whole number between {min} and {max}.";
    empty_item "列表中有空的项。" "The list has an empty item.";
    control_character "含有不允许的控制字符。" "Contains control characters, which are not allowed.";
    unknown_choice "只能是以下值之一：{choices}。" "Must be one of: {choices}.";
    unknown_option "“{value}”不在选项列表“{picklist}”中。" "“{value}” is not in the picklist “{picklist}”.";
    invalid_email "邮箱格式不正确。" "This is not a valid email address.";
    invalid_phone "电话号码格式不正确。" "This is not a valid phone number.";
    invalid_url "网址格式不正确，应以 http:// 或 https:// 开头，或为域名。" "This is not a valid web address: use http://, https:// or a host name.";
    unknown_currency "未知币种“{currency}”。" "Unknown currency “{currency}”.";
    currency_withdrawn "币种“{currency}”自 {day} 起已由“{heir}”取代，不能新启用。" "{currency} was replaced by {heir} on {day}; it cannot be newly taken into use.";
    currency_not_in_use "币种“{currency}”尚未启用；请使用 {base}，或由管理员在“设置 › 币种与汇率”中启用。" "{currency} is not in use; use {base}, or have an administrator add it under Settings › Currencies and rates.";
    currency_without_rate "币种“{currency}”在 {day} 及之前没有汇率；请使用 {base}，或由管理员在“设置 › 币种与汇率”中添加。" "There is no exchange rate for {currency} on or before {day}; use {base}, or have an administrator add one under Settings › Currencies and rates.";
    base_currency "{currency} 是本位币，无需添加。" "{currency} is the base currency; it does not need to be added.";
    invalid_rate "汇率应大于 0 且小于 100,000,000，最多 10 位小数，如“7.1234”。" "The rate must be above 0 and below 100,000,000, with at most ten decimals, such as “7.1234”.";
    invalid_pattern "编号格式应含且仅含一个流水号（如 {count}），日期可用 {dates}，编号最长 {max} 个字符。" "The pattern needs exactly one count such as {count}; dates are {dates}; a number has at most {max} characters.";
    pattern_without_date "流水号会重置，编号格式中须包含对应的日期（年、月、日），否则编号会重复。" "The counter restarts, so the pattern must contain the matching date (year, month, day), or numbers would repeat.";
    invalid_span "时间段应结束于开始之后，且不与前一段重叠。" "A period must end after it begins, and must not overlap the one before it.";
    working_time_too_far "在可计算的范围内没有足够的工作时间。" "There is not enough working time within reach.";
    lines_in_other_currency "金额须与产品明细同一币种（{currency}）。" "The amount must be in the currency of the lines ({currency}).";
    invalid_amount "金额应为最多 {decimals} 位小数的数字，小数点用“.”，不含分隔符，如“1250”。" "The amount must be a number with at most {decimals} decimals, written with a point and no separators, such as “1250”.";
    amount_not_text "金额请写成文本，如 \"1250.00\"（加引号），以免丢失精度。" "Send the amount as text in quotes, such as \"1250.00\", so that no digit is lost.";
    amount_out_of_range "金额应在 {min} 到 {max} 之间。" "The amount must be between {min} and {max}.";
    worth_out_of_range "按汇率 {rate} 折算成 {base} 后金额过大，最多 {max}。" "At the rate {rate} this comes to more {base} than can be kept: at most {max}.";
    mixed_currencies "所有明细须使用同一币种。" "All lines must use one currency.";
    invalid_quantity "数量应大于 0、不超过 {max}，最多三位小数。" "The quantity must be above 0 and at most {max}, with no more than three decimals.";
    invalid_shape "结构不正确：{reason}" "The structure is wrong: {reason}";
    duplicate_value "“{value}”重复出现。" "“{value}” appears twice.";
    invalid_key "只能含小写字母、数字和单个下划线，并以字母开头，如“serial_number”。" "Use small letters, digits and single underscores, with a letter first, such as “serial_number”.";
    reserved_key "“{key}”是系统保留的名称，请换一个。" "“{key}” is a word that the product uses or will use; choose another.";
    key_taken "“{key}”已被对象“{by}”使用。" "“{key}” is already used by the kind “{by}”.";
    parent_ring "对象不能属于自身。" "A kind cannot belong to itself.";
    too_many_kinds "最多可建 {max} 个自定义对象。" "There can be at most {max} custom kinds.";
    too_many_fields "每个对象最多可加 {max} 个自定义字段。" "A kind can have at most {max} custom fields.";
    formula_syntax "公式第 {position} 个字符处有误。" "The formula cannot be read at character {position}.";
    formula_too_large "公式过于复杂，请拆成多个字段。" "The formula is too large; split it over several fields.";
    formula_function "公式第 {position} 个字符处：没有函数“{function}”。" "At character {position} of the formula: there is no function “{function}”.";
    formula_arguments "公式第 {position} 个字符处：函数“{function}”的参数个数不对。" "At character {position} of the formula: “{function}” takes another number of values.";
    formula_field "公式第 {position} 个字符处：没有可用的字段“{field}”。" "At character {position} of the formula: there is no field “{field}” to read.";
    formula_field_type "公式第 {position} 个字符处：公式不能读取“{type}”类型的字段“{field}”。" "At character {position} of the formula: “{field}” is of the type “{type}”, which formulas do not read.";
    formula_types "公式第 {position} 个字符处：此处应为“{wanted}”，而不是“{found}”。" "At character {position} of the formula: this must be “{wanted}” and is “{found}”.";
    formula_by_zero "公式第 {position} 个字符处：除数始终为零。" "At character {position} of the formula: this always divides by zero.";
    formula_ring "公式第 {position} 个字符处：公式需要它自身的值（{ring}）。" "At character {position}, the formula needs its own value ({ring}).";
    formula_broken "公式字段“{key}”读取此字段，修改后将无法计算。" "The formula of “{key}” reads this field and could not be computed any more.";
    read_by_formula "公式字段“{keys}”读取此字段，请先修改这些公式。" "The formulas of {keys} read this field; change these first.";
    type_cannot_become "类型“{from}”不能改为“{to}”。" "The type “{from}” cannot become “{to}”.";
    values_do_not_fit "有 {count} 个值不符合新的类型，请先改正。" "Values that do not fit the new type: {count}. Correct these first.";
    values_do_not_fit_such_as "有 {count} 个值不符合新的类型（如 {examples}），请先改正。" "Values that do not fit the new type: {count}, such as {examples}. Correct these first.";
    unknown_group "没有标识为“{group}”的分组。" "There is no group “{group}”.";
    required_is_shown "“{field}”是必填字段，须始终显示。" "“{field}” is required, so it must always be shown.";
    layout_without_required "布局中缺少必填字段“{field}”。" "The layout leaves out “{field}”, which is required.";
    condition_of_itself "字段“{field}”的条件不能以它自身的值为依据。" "The condition of “{field}” cannot test the field itself.";
    condition_ring "这些字段的条件互相依赖：{ring}。" "The conditions of these fields depend on one another: {ring}.";
    required_by_condition "按当前内容，“{field}”为必填项。" "With these values, “{field}” is required.";
    no_layout "“{kind}”没有可设置的布局。" "The kind “{kind}” has no layout to set.";
    key_in_bin "最近移除的“{key}”还保留着内容，请还原它，或换一个标识。" "Something called “{key}” was removed lately and is still kept with its content; restore it, or choose another key.";
    not_for_type "类型为“{type}”的字段没有此项设置。" "Fields of the type “{type}” do not have this.";
    default_of_unique "不可重复的字段不能有默认值。" "A field that must be unique cannot have a default.";
    values_not_unique "已有 {count} 个值重复，请先改正。" "{count} values occur more than once; correct these first.";
    invalid_number "应为最多 {decimals} 位小数的数字，小数点前最多 12 位，如“12.5”。" "This must be a number with at most {decimals} decimals and twelve digits before the point, such as “12.5”.";
    custom_choice "可选值不能含逗号或控制字符。" "A choice cannot contain commas or control characters.";
    reference_not_found "找不到所引用的记录，或您无权查看。" "The record referred to does not exist, or you cannot see it.";
    reference_in_bin "所引用的记录在回收站中，请先还原那条记录。" "The record referred to is in the recycle bin. Restore that one first.";
    key_differs "与地址中的键不一致。" "This differs from the key in the address.";
    own_parent "记录不能指向自身。" "A record cannot refer to itself.";
    reason_required "请填写原因。" "Please give a reason.";
    subject_or_body "请填写主题或内容。" "Enter a subject or some text.";
    unknown_kind "没有名为“{kind}”的记录类型。" "There is no kind of record “{kind}”.";
    unknown_action "未知操作“{action}”。" "Unknown action “{action}”.";
    invalid_time_zone "未知时区“{value}”。" "Unknown time zone “{value}”.";
    unknown_role "没有名为“{role}”的角色。" "There is no role “{role}”.";
    // Leads and opportunities
    use_convert "请使用“转化”操作。" "Use “Convert” for this.";
    already_converted "该线索已转化。" "This lead has been converted.";
    of_other_customer "它属于另一个客户。请选择该客户的记录。" "This belongs to another customer; choose one of this customer's.";
    lead_disqualified "该线索已标为无效，请先重新打开。" "This lead is disqualified; reopen it first.";
    opportunity_closed "该商机已关闭，请先重新打开。" "This opportunity is closed; reopen it first.";
    opportunity_open "该商机正在进行中。" "This opportunity is open.";
    stage_of_other_pipeline "该阶段属于另一个销售流程。" "This stage belongs to another pipeline.";
    move_not_allowed "不允许从当前阶段直接进入“{stage}”。" "An opportunity cannot move straight from its stage to “{stage}”.";
    required_for_stage "进入“{stage}”前须填写此项。" "This must be filled in before moving to “{stage}”.";
    pipeline_without_stages "该销售流程还没有阶段。" "This pipeline has no stages yet.";
    // Why somebody may or may not
    why_disabled "该用户已停用，不能做任何操作。" "This user is disabled and can do nothing.";
    why_no_role_whole "该用户的角色都不允许{action}“{kind}”。" "None of their roles can {action}: {kind}.";
    why_role_whole "角色“{role}”允许{action}“{kind}”。" "The role “{role}” can {action}: {kind}.";
    why_key_scope "该 API 密钥没有权限范围“{scope}”。" "The API key does not have the scope “{scope}”.";
    why_work_narrowed "该用户有受限的字段，因此只能{action}自己的“{kind}”。" "Some fields are restricted for them, so they can {action} only their own {kind} records.";
    why_no_role "该用户的角色都不允许{action}“{kind}”。" "None of their roles can {action} {kind} records.";
    why_role_all "角色“{role}”允许{action}所有“{kind}”。" "The role “{role}” can {action} all {kind} records.";
    why_role_reach "角色“{role}”允许{action}“{kind}”，范围为“{reach}”。" "The role “{role}” can {action} {kind} records with the reach “{reach}”.";
    why_role_own "角色“{role}”允许{action}自己负责的“{kind}”，该记录由其负责。" "The role “{role}” can {action} the {kind} records its users own, and they own this one.";
    why_role_team "角色“{role}”允许{action}“{reach}”范围内的“{kind}”，负责人 {owner} 在此范围内。" "The role “{role}” can {action} {kind} records with the reach “{reach}”, which includes the owner, {owner}.";
    why_role_not_reached "角色“{role}”只允许{action}“{reach}”范围内的“{kind}”，负责人 {owner} 不在此范围内。" "The role “{role}” can {action} {kind} records only with the reach “{reach}”, which does not include the owner, {owner}.";
    why_role_nobodys "角色“{role}”只允许{action}“{reach}”范围内的“{kind}”，而该记录没有负责人。" "The role “{role}” can {action} {kind} records only with the reach “{reach}”, and this record has no owner.";
    why_shared "该记录已共享给此用户（{access}）。" "The record is shared with them ({access}).";
    why_shared_less "该记录已共享给此用户，但仅限“{access}”。" "The record is shared with them, but only as “{access}”.";
    why_shared_no_right "该记录已共享给此用户（{access}），但其角色不允许此操作。" "The record is shared with them ({access}), but none of their roles allows this.";
    why_share_expired "该记录曾共享给此用户，共享已到期。" "The record was shared with them, but the share has expired.";
    why_parent "该用户可以查看所属的{kind}“{title}”，因此也能查看该记录。" "They can see the {kind} “{title}” it belongs to, and so this record too.";
    why_parent_unseen "该用户可以查看所属的{kind}（您无权查看），因此也能查看该记录。" "They can see the {kind} it belongs to (you cannot), and so this record too.";
    why_field_system "字段“{field}”由系统或专门的操作填写，不能直接修改。" "The field “{field}” is set by the system or by an action of its own; it cannot be edited.";
    why_field_fixed "字段“{field}”只能在新建时填写。" "The field “{field}” can be set only when the record is created.";
    why_field_open "该用户对字段“{field}”的访问不受限制。" "The field “{field}” is not restricted for this user.";
    why_field_closed "角色“{roles}”把字段“{field}”设为“{access}”。" "The role “{roles}” sets the field “{field}” to “{access}”.";
    why_opened "负责人已将其开放给：{to}。" "Its owner has opened it to: {to}.";
    // Sharing
    shared_with_owner "该用户就是负责人，无需共享。" "This user is the owner already.";
    // Lists
    not_sortable "不能按“{field}”排序。" "Cannot sort by “{field}”.";
    not_groupable "不能按“{field}”分组。" "Cannot group by “{field}”.";
    not_filterable "不能按“{field}”筛选。" "Cannot filter by “{field}”.";
    not_expandable "不能展开“{field}”。" "Cannot expand “{field}”.";
    unknown_operator "“{field}”（{type}）不支持运算符“{operator}”。" "“{field}” ({type}) does not support the operator “{operator}”.";
    invalid_operand "“{field}”（{type}）的比较值不正确。" "The value compared with “{field}” ({type}) is not valid.";
    malformed_filter "筛选条件格式不正确。" "The filter is malformed.";
    filter_too_deep "筛选条件最多嵌套 {max} 层。" "Filters nest at most {max} deep.";
    too_many_conditions "筛选条件最多 {max} 个。" "At most {max} conditions.";
    repeated_parameter "参数重复。" "The parameter is repeated.";
    empty_parameter "参数“{parameter}”没有值，请填写或去掉此参数。" "The parameter “{parameter}” is empty: give it a value, or leave it out.";
    unknown_parameter "未知参数“{parameter}”。" "Unknown parameter “{parameter}”.";
    invalid_cursor "分页游标无效，或属于另一个列表。" "The cursor is not valid, or was made for another list.";
    cursor_too_old "该位置之前的变更已不再保留。" "Changes before this position are no longer kept.";
    invalid_time "应为日期（2026-01-31）或时刻（RFC 3339）。" "This must be a day (2026-01-31) or a moment (RFC 3339).";
    invalid_id "ID 格式不正确。" "This is not a valid ID.";
    // Views
    unknown_view "没有名为“{view}”的视图。" "There is no view “{view}”.";
    view_of_other_kind "该视图属于“{kind}”，不能用于此列表。" "This view is of the kind “{kind}”; this list cannot use it.";
    view_locked "该视图已锁定，请先解锁。" "This view is locked; unlock it first.";
    team_not_shared_with "只有共享给团队的视图才能指定团队。" "Only a view that is shared with a team names one.";
    columns_of_view "列和列宽只能为“全部”列表单独设置，视图有自己的列。" "Columns and widths are kept for the list without a view; a view has its own.";
    no_team "您不属于任何团队，请指定要共享的团队。" "You belong to no team; name the team to share it with.";
    no_views "“{kind}”没有视图。" "Lists of “{kind}” have no views.";
    // Requests
    duplicate_key "请求内容中“{key}”重复出现。" "“{key}” stands twice in the body.";
    malformed_json "请求内容不是有效的 JSON：{reason}" "The body is not valid JSON: {reason}";
    object_expected "请求内容应为 JSON 对象。" "The body must be a JSON object.";
    malformed_request "请求无法理解：{reason}" "The request cannot be understood: {reason}";
    payload_too_large "请求内容过大，最多 {max} 字节。" "The body is too large: at most {max} bytes.";
    unsupported_media_type "请使用 Content-Type: {expected}。" "Use Content-Type: {expected}.";
    unsupported_encoding "请求内容请勿压缩。" "Send the body as it is, not compressed.";
    method_not_allowed "此地址不支持该方法，允许：{allowed}。" "This address does not support that method; allowed: {allowed}.";
    no_such_route "没有这个地址。" "There is nothing at this address.";
    not_found "记录不存在，或您无权查看。" "This record does not exist, or you cannot see it.";
    forbidden "您没有权限对“{kind}”执行“{action}”。" "You do not have permission to {action} {kind} records.";
    unauthenticated "请先登录。" "Please sign in.";
    invalid_credentials "邮箱或密码不正确。" "Wrong email or password.";
    token_expired "登录已过期，请重新登录。" "Your sign-in has expired; please sign in again.";
    token_invalid "凭证无效。" "The credential is not valid.";
    api_key_invalid "API 密钥无效或已撤销。" "This API key is not valid, or has been revoked.";
    api_key_expired "API 密钥已过期。" "This API key has expired.";
    api_key_mistyped "API 密钥不完整或有误，请重新复制。" "This API key is incomplete or mistyped; copy it again.";
    api_key_scope "此 API 密钥缺少权限范围“{scope}”。" "This API key lacks the scope “{scope}”.";
    api_key_not_allowed "API 密钥不能执行此操作，请登录后操作。" "An API key cannot do this; sign in to do it.";
    api_key_revoked "该 API 密钥已撤销。" "This API key has been revoked.";
    api_key_of_other "只有本人可以修改或轮换自己的 API 密钥，您可以撤销它。" "Only its user can change or rotate an API key; you can revoke it.";
    too_many_api_keys "最多 {max} 个有效的 API 密钥，请先撤销不用的。" "At most {max} active API keys; revoke one you do not use.";
    unknown_scope "没有名为“{scope}”的权限范围。" "There is no scope “{scope}”.";
    expiry_past "过期时间应晚于现在。" "The expiry must be in the future.";
    expiry_far "过期时间最多为 {years} 年后。" "The expiry can be at most {years} years away.";
    cross_site "请求来源不被允许。" "The request comes from a site that is not allowed.";
    invalid_setup_token "设置链接无效或已使用。" "The set-up link is not valid, or has been used.";
    password_too_short "密码至少 {min} 个字符。" "The password needs at least {min} characters.";
    password_too_long "密码最多 {max} 个字符。" "The password can have at most {max} characters.";
    password_common "该密码过于常见，请换一个。" "This password is too common; please choose another.";
    precondition_required "请提供 If-Match，写明您所看到的版本。" "Send If-Match with the version you have seen.";
    invalid_etag "If-Match 应为带引号的版本号，如 \"3\"；可以有多个，用逗号分隔。" "If-Match must be quoted versions, such as \"3\"; several are separated by commas.";
    record_missing "没有这条记录，If-Match 无从比对。不带 If-Match 即可新建。" "There is no such record, so nothing matches If-Match. Without it the record would be created.";
    record_exists "记录已经存在，而 If-None-Match 要求它不存在。" "The record is there already, and If-None-Match asks that it is not.";
    position_unknown "此位置不在本数据库的变更记录中，数据库可能已从备份恢复。请先用 after=latest 记下新位置，重新读取全部记录，再从新位置继续。" "This position is not in the log of this database, which may have been restored from a backup. Note a new position with after=latest, read all records again, and go on from there.";
    stale "这条记录刚被修改过，请查看最新内容后重试。" "This record was just changed. Look at the latest version and try again.";
    duplicate "已存在相同的“{field}”。" "This “{field}” is already in use.";
    duplicate_held "“{holder}”已使用相同的“{field}”。" "“{holder}” already has this “{field}”.";
    still_referenced "仍有其他记录引用它，请先修改或删除那些记录。" "Other records still refer to this. Change or delete those first.";
    referenced_from_bin "回收站中还有记录引用它，删除后那些记录将无法还原。请先还原并修改那些记录，或转移给他人。" "Records in the recycle bin still refer to this and could not come back without it. Restore and change those first, or hand them over.";
    builtin_role "内置角色不能修改，可以复制后修改。" "A built-in role cannot be changed; copy it instead.";
    role_held "还有 {count} 个用户使用此角色，请先为他们换成其他角色。" "Users with this role: {count}. Give them another role first.";
    locks_out_of_roles "这样修改后您自己就不能再查看和修改角色了，请让其他管理员修改。" "With this change you could no longer see and change roles yourself; ask another administrator to make it.";
    last_owner "工作区至少要有一位能登录的所有者。" "A workspace must keep at least one owner who can sign in.";
    beyond_own_rights "角色“{role}”的权限超出您自己的权限，不能授予。" "The role “{role}” goes beyond your own rights; you cannot assign it.";
    beyond_own_rights_user "该用户的权限高于您，不能修改。" "This user has more rights than you; you cannot change them.";
    beyond_own_reach_user "该用户能看到您看不到的记录，不能由您为其开通或修改登录。" "This user can see records that you cannot; you cannot change how they sign in.";
    widens_own_reach "这样修改后，您会看到原本无权查看的他人记录，请由其他有权限的同事来修改。" "With this change you would see records of others that you cannot see now; ask a colleague with the right to make it.";
    beyond_own_rights_grants "不能设置超出您自己权限的角色。" "You cannot give a role rights that you do not have.";
    team_within_itself "团队不能放到自己或其下级团队之下。" "A team cannot be placed under itself or one of its sub-teams.";
    teams_too_deep "团队最多 {max} 级。" "Teams can be at most {max} levels deep.";
    own_sign_in "自己的密码和两步验证请在“个人设置”中修改。" "Change your own password and two-step sign-in in your profile.";
    own_email "自己的登录邮箱请在“个人设置”中修改，需要输入密码。" "Change your own sign-in address in your profile; it takes your password.";
    invalid_link "链接无效、已过期或已使用，请重新获取。" "The link is invalid, has expired or has been used; get a new one.";
    no_mail "服务器未配置发送邮件，请联系管理员重设密码。" "This server does not send email; ask an administrator to reset your password.";
    user_disabled "该用户已停用，请先启用。" "This user is disabled; enable them first.";
    owner_disabled "该用户已停用，不能作为负责人。" "This user is disabled and cannot own records.";
    too_many_at_once "一次最多处理 {max} 条记录，请分批转移。" "At most {max} records can be transferred at once; transfer fewer.";
    too_many_to_move "与这些记录关联的记录超过 {max} 条，不能一次合并。" "More than {max} records belong to these; they cannot be merged at once.";
    user_without_email "该用户没有邮箱，请先填写邮箱。" "This user has no email address; enter one first.";
    wrong_password "当前密码不正确。" "This is not the current password.";
    second_factor_required "请输入验证器应用上的验证码。" "Enter the code of your authenticator app.";
    second_factor_invalid "验证码不正确或已使用，请等待下一个。" "The code is wrong or has been used; wait for the next one.";
    second_factor_on "两步验证已开启。" "Two-step sign-in is on already.";
    second_factor_off "两步验证未开启。" "Two-step sign-in is not on.";
    second_factor_secret "密钥无效，请重新获取。" "This secret cannot be used; get a new one.";
    sign_in_throttled "尝试次数过多，请在 {seconds} 秒后重试。" "Too many attempts; try again in {seconds} seconds.";
    email_taken "该邮箱已被使用。" "This email address is already in use.";
    batch_aborted "由于同一批次中的其他操作失败，此操作未执行。" "Not done, because another operation of the batch failed.";
    invalid_idempotency_key "Idempotency-Key 应为 1 到 255 个可见字符。" "Idempotency-Key must be 1 to 255 visible characters.";
    idempotency_key_reused "该 Idempotency-Key 已用于内容不同的请求。" "This Idempotency-Key was used for another request.";
    idempotency_answer_withheld "该请求已经完成。此后您的权限或记录的归属有变，当时的结果不再显示。" "This request was carried out. Its answer is not shown again: your rights, or who sees its records, have changed since.";
    idempotency_key_running "使用该 Idempotency-Key 的请求仍在处理中。" "A request with this Idempotency-Key is still running.";
    rate_limited "请求过于频繁，请在 {seconds} 秒后重试。" "Too many requests; try again in {seconds} seconds.";
    busy "服务器繁忙，请在 {seconds} 秒后重试。" "The server is busy; try again in {seconds} seconds.";
    body_too_slow "请求内容传输过慢，已中止。" "The request body came too slowly and was given up.";
    unavailable "数据库暂时不可用，请稍后重试。" "The database is temporarily unavailable. Try again shortly.";
    storage_full "存储空间已满，无法保存。" "The disk is full; nothing can be saved.";
    query_too_slow "查询用时过长，请缩小范围。" "The query took too long; narrow it down.";
    internal "服务器内部错误，请向管理员提供请求编号。" "Something went wrong on the server; give the request ID to your administrator.";
    invalid "有 {count} 处需要修改。" "Problems to fix: {count}.";
    // Pictures
    unsupported_picture "请选择 PNG、JPEG 或 WebP 格式的图片。" "Choose a PNG, JPEG or WebP picture.";
    broken_picture "无法读取该图片，文件可能已损坏。" "This picture cannot be read; the file seems to be damaged.";
    picture_too_large "图片尺寸过大，最多 {max} 百万像素。" "The picture is too large: at most {max} megapixels.";
    picture_file_too_large "图片文件过大，最大 {max} MB。" "The picture file is too large: at most {max} MB.";
    // Jobs
    hand_over_to_self "不能交接给本人。" "Records cannot be handed over to the same user.";
    hand_over_running "该用户的交接正在进行。" "A hand-over for this user is already running.";
    ids_or_filter "请指定记录，或者指定筛选条件，不能同时使用。" "Name the records or a filter, not both.";
    one_bulk_change "一次只能选择一种操作：修改字段或标签、删除，或恢复。" "Choose one: change fields or tags, delete, or restore.";
    change_not_allowed "您没有修改这条记录的权限。" "You may not change this record.";
    undo_conflicts "有 {count} 处无法撤销：此后已被他人修改、删除，或规则、权限不允许。" "Not undone: {count} places were changed or deleted since, or may not be changed back.";
    change_set_not_undoable "这类更改不能撤销。" "Changes of this kind cannot be undone.";
    not_undoable "这一项不能撤销。" "This part cannot be undone.";
    changed_since "此后又有修改。" "It has been changed since.";
    deleted_since "此后已被删除。" "It has been deleted since.";
    undo_not_allowed "您没有撤销这一项的权限。" "You may not change this back.";
    job_over "任务已结束，不能取消。" "This job has ended and cannot be cancelled.";
    hand_over_yourself "请由其他管理员为您办理交接。" "Another administrator has to hand over your records.";
    job_not_allowed "发起人没有所需的权限，任务已停止。" "The person who started this lacks the right to do it, so it was stopped.";
    job_asker_gone "发起人已停用，任务已停止。" "The person who started this is disabled, so it was stopped.";
    // Imports
    file_missing "请选择要导入的文件。" "Choose a file to import.";
    unknown_import_kind "不能导入“{kind}”。" "Cannot import “{kind}”.";
    unknown_encoding "未知编码“{encoding}”。" "Unknown encoding “{encoding}”.";
    import_running "导入正在进行，请先取消或等待完成。" "This import is running; cancel it or wait for it to finish.";
    import_over "导入已结束，不能取消。" "This import has ended and cannot be cancelled.";
    unknown_export_kind "不能导出“{kind}”。" "Cannot export “{kind}”.";
    export_encoding "只有 CSV 文件可以选择编码。" "Only CSV files have an encoding to choose.";
    export_vcard_kind "只有联系人可以导出为 vCard。" "Only contacts can be exported as vCards.";
    export_vcard_version "只有 vCard 文件可以选择版本。" "Only vCard files have a version to choose.";
    export_vcard_columns "vCard 没有列，不能选择。" "A vCard has no columns to choose.";
    export_too_many_rows "Excel 工作表最多容纳 {max} 行数据，当前列表有 {rows} 行。请改用 CSV，或缩小范围。" "An Excel sheet holds at most {max} rows of data, and this list has {rows}. Choose CSV, or narrow the list.";
    export_not_ready "文件尚未生成，请等待导出完成。" "The file is not ready; wait for the export to finish.";
    export_without_file "该导出已取消或失败，没有文件。" "This export was cancelled or failed, so it has no file.";
    export_file_gone "文件只保留 24 小时，现已删除，请重新导出。" "Files are kept for 24 hours and this one has been deleted; export again.";
    export_of_other "只有发起人可以下载导出的文件。" "Only the person who began an export can download its file.";
    export_rights_changed "您的权限在导出后发生了变化，请重新导出。" "Your rights have changed since this file was made; export again.";
    export_short "导出的行数与列表不符，文件已作废，请重新导出。" "The file did not hold as many rows as the list, so it was discarded; export again.";
    no_import_errors "该导入没有出错的行。" "This import has no rows with errors.";
}

/// What a value of a type looks like, for who has sent another.
const FORMS: &[(&str, Label)] = &[
    ("text", Label::new("文本", "text")),
    ("long_text", Label::new("文本", "text")),
    ("email", Label::new("文本（邮箱地址）", "text: an email address")),
    ("phone", Label::new("文本（电话号码）", "text: a phone number")),
    ("url", Label::new("文本（网址）", "text: a web address")),
    ("integer", Label::new("整数，如 42", "a whole number, such as 42")),
    ("boolean", Label::new("true 或 false", "true or false")),
    ("flag", Label::new(" true、false、1 或 0", "true, false, 1 or 0")),
    (
        "id",
        Label::new(
            " ID，如 \"0191e2a4-7b3c-7def-8a12-3c4d5e6f7a8b\"",
            "an ID, such as \"0191e2a4-7b3c-7def-8a12-3c4d5e6f7a8b\"",
        ),
    ),
    (
        "instant",
        Label::new(
            "带时区的时刻，如 \"2026-01-31T09:30:00+08:00\"",
            "a moment with its offset, such as \"2026-01-31T09:30:00+08:00\"",
        ),
    ),
    (
        "day",
        Label::new("日期，如 \"2026-01-31\"", "a day, such as \"2026-01-31\""),
    ),
    (
        "money",
        Label::new(
            "金额，如 {\"amount\": \"1250.00\", \"currency\": \"CNY\"}",
            "an amount, such as {\"amount\": \"1250.00\", \"currency\": \"CNY\"}",
        ),
    ),
    (
        "decimal",
        Label::new(
            "写成文本的小数，如 \"7.1234\"",
            "a decimal in quotes, such as \"7.1234\"",
        ),
    ),
    (
        "tags",
        Label::new("文本列表，如 [\"VIP\"]", "a list of texts, such as [\"VIP\"]"),
    ),
    (
        "ids",
        Label::new(
            " ID 列表，如 [\"0191e2a4-7b3c-7def-8a12-3c4d5e6f7a8b\"]",
            "a list of IDs, such as [\"0191e2a4-7b3c-7def-8a12-3c4d5e6f7a8b\"]",
        ),
    ),
    ("texts", Label::new("文本列表", "a list of texts")),
    ("list", Label::new("列表", "a list")),
    ("array", Label::new("列表", "a list")),
    ("object", Label::new(" JSON 对象", "an object")),
    ("json", Label::new(" JSON 对象", "an object")),
];

/// Every code that a refusal can have, with its text: for the description, the documentation and the tests.
pub fn codes() -> impl Iterator<Item = (&'static str, Label)> {
    let of_files = crate::import::problem::texts().filter(|(code, _)| known(code).is_none());
    CODES.iter().copied().chain(of_files)
}

/// A code by its text, where there is one.
pub fn known(code: &str) -> Option<&'static str> {
    CODES.iter().map(|(known, _)| *known).find(|known| *known == code)
}

/// The text of a code with its parameters filled in. An unknown code is shown as it is.
pub fn text(code: &str, params: &[(&'static str, String)], locale: Locale) -> String {
    let held = code == "duplicate" && params.iter().any(|(name, _)| *name == "holder");
    let code = if held { "duplicate_held" } else { code };
    let own = CODES.iter().find(|(c, _)| *c == code).map(|(_, label)| *label);
    let Some(label) = own.or_else(|| crate::import::problem::label(code)) else {
        return code.to_owned();
    };
    let template = label.get(locale);
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    let value = |name: &str| params.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
    // A field that is told with its kind is called what people call it.
    let named = |name: &str| {
        let own = value(match locale {
            Locale::Zh => "label_zh",
            Locale::En => "label_en",
        });
        if let (Some(own), "field") = (own, name) {
            return Some(own);
        }
        let field = value("kind").and_then(crate::kind)?.field(value(name)?)?;
        (name == "field").then(|| field.label.get(locale))
    };
    let form = |name: &str| {
        let (_, label) = FORMS.iter().find(|(ty, _)| Some(*ty) == value("type"))?;
        (code == "wrong_type" && name == "type").then(|| label.get(locale))
    };
    // One pass, so that a brace inside a value stays what it is.
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        out.push_str(
            named(name)
                .or_else(|| form(name))
                .or_else(|| value(name))
                .unwrap_or_default(),
        );
        rest = tail;
    }
    out.push_str(rest);
    out
}

pub fn issue(issue: &Issue, locale: Locale) -> String {
    text(issue.code, &issue.params, locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_filled_once() {
        let params = [("max", "{min}".to_owned())];
        assert_eq!(text("too_long", &params, Locale::En), "At most {min} characters.");
    }

    #[test]
    fn a_field_is_called_as_people_call_it_where_its_kind_is_known() {
        let field = ("field", "external_id".to_owned());
        let said = |params: &[(&'static str, String)]| text("duplicate", params, Locale::Zh);
        assert_eq!(
            said(&[field.clone(), ("kind", "lead".into())]),
            "已存在相同的“外部编号”。"
        );
        assert_eq!(said(&[field]), "已存在相同的“external_id”。");
    }

    #[test]
    fn a_wrong_type_is_told_by_what_is_wanted() {
        use crate::record::Field;
        for kind in crate::KINDS {
            for Field { ty, .. } in kind.fields {
                assert!(
                    matches!(ty, crate::value::Type::Choice(_)) || FORMS.iter().any(|(t, _)| *t == ty.name()),
                    "{ty:?}"
                );
            }
        }
        let said = |ty: &str| text("wrong_type", &[("type", ty.to_owned())], Locale::Zh);
        assert_eq!(said("integer"), "此项应为整数，如 42。");
        assert!(
            said("money").contains(r#"{"amount": "1250.00", "currency": "CNY"}"#),
            "a brace stays what it is"
        );
    }

    #[test]
    fn codes_are_unique_and_both_languages_name_the_same_parameters() {
        let names = |s: &str| {
            let mut found: Vec<String> = s
                .split('{')
                .skip(1)
                .filter_map(|p| Some(p.split_once('}')?.0.to_owned()))
                .collect();
            found.sort();
            found
        };
        for (i, (code, label)) in CODES.iter().enumerate() {
            assert!(CODES[..i].iter().all(|(c, _)| c != code), "{code} twice");
            assert_eq!(names(label.zh), names(label.en), "{code}");
        }
    }
}
