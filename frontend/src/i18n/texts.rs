//! All texts of the app, each in both languages. A missing one, or one whose places `{}` differ, does not compile.
//! Names of records and fields are declared beside them in the domain, not here.

use super::Locale;

/// How many places a text has to fill.
const fn places(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut count, mut i) = (0, 0);
    while i + 1 < bytes.len() {
        if bytes[i] == b'{' && bytes[i + 1] == b'}' {
            count += 1;
        }
        i += 1;
    }
    count
}

macro_rules! texts {
    ($($key:ident: $zh:literal / $en:literal;)*) => {
        pub struct Texts {
            $(pub $key: &'static str,)*
        }

        static ZH: Texts = Texts { $($key: $zh,)* };
        static EN: Texts = Texts { $($key: $en,)* };

        $(const _: () = assert!(places($zh) == places($en), concat!("places differ: ", stringify!($key)));)*
    };
}

pub fn of(locale: Locale) -> &'static Texts {
    match locale {
        Locale::Zh => &ZH,
        Locale::En => &EN,
    }
}

texts! {
    // The frame
    product: "关系" / "Guanxi";
    skip: "跳到正文" / "Skip to content";
    navigation: "主导航" / "Main navigation";
    breadcrumb: "当前位置" / "Breadcrumb";
    work: "工作" / "Work";
    sell: "销售" / "Sell";
    data: "数据" / "Data";
    home: "首页" / "Home";
    tasks: "任务" / "Tasks";
    pipeline: "销售看板" / "Pipeline";
    import: "导入" / "Import";
    settings: "设置" / "Settings";
    more: "更多" / "More";
    fold_nav: "收起导航" / "Collapse navigation";
    account: "账号" / "Account";
    language: "语言" / "Language";
    theme: "外观" / "Theme";
    theme_system: "跟随系统" / "Match the system";
    theme_light: "浅色" / "Light";
    theme_dark: "深色" / "Dark";
    sign_out: "退出登录" / "Sign out";
    search_everything: "搜索客户、联系人、商机…" / "Search everything…";
    palette_hint: "输入名称、电话、拼音首字母，或功能名" / "Type a name, a phone number or a command";
    results: "结果" / "Results";
    recent: "最近打开" / "Recent";
    page: "页面" / "Page";
    action: "操作" / "Action";
    no_such_page: "没有这个页面" / "There is no such page";
    no_such_page_text: "链接可能写错了，或页面已经移走。" / "The link may be mistyped, or the page has moved.";

    // Everywhere
    loading: "正在加载" / "Loading";
    close: "关闭" / "Close";
    cancel: "取消" / "Cancel";
    save: "保存" / "Save";
    saved: "已保存" / "Saved";
    edit: "编辑" / "Edit";
    delete: "删除" / "Delete";
    remove: "移除" / "Remove";
    clear: "清空" / "Clear";
    add: "添加" / "Add";
    back: "上一步" / "Back";
    apply: "应用" / "Apply";
    undo: "撤销" / "Undo";
    undone: "已撤销" / "Undone";
    yes: "是" / "Yes";
    no: "否" / "No";
    from: "从" / "From";
    to: "到" / "To";
    name: "名称" / "Name";
    value: "值" / "Value";
    search: "搜索" / "Search";
    just_now: "刚刚" / "just now";
    list_comma: "、" / ", ";
    or_comma: "或" / " or ";
    colon: "：" / ": ";
    one_record: "{} 条" / "{} record";
    n_records: "{} 条" / "{} records";
    show_more: "显示更多" / "Show more";
    more_actions: "更多操作" / "More actions";
    type_to_search: "输入以搜索" / "Type to search";
    nothing_found: "没有找到" / "Nothing found";
    none_chosen: "（无）" / "(none)";
    needed: "（必填）" / " (required)";
    other_value: "其他…" / "Other…";
    tags_hint: "输入后按回车" / "Type and press Enter";
    currency: "币种" / "Currency";
    overdue: "已逾期" / "overdue";

    // What can go wrong
    try_again: "重试" / "Try again";
    could_not_load: "加载失败" / "Could not load this";
    not_found: "找不到这条记录" / "This record cannot be found";
    not_allowed: "没有权限" / "You may not see this";
    no_answer: "服务器没有响应，请检查网络后重试。" / "The server does not answer. Check the connection and try again.";
    retry_in: "请在 {} 秒后重试。" / "Please try again in {} seconds.";
    failed_with: "操作失败（{}）" / "That did not work ({})";
    offline: "网络已断开。可以继续查看，恢复连接后才能保存。" / "You are offline. You can go on reading; saving has to wait.";

    // Getting in
    sign_in: "登录" / "Sign in";
    email: "邮箱" / "E-mail";
    password: "密码" / "Password";
    session_ended: "登录已失效，请重新登录。" / "Your session has ended. Please sign in again.";
    set_up: "初始化" / "Set up";
    set_up_text: "创建工作区和第一个账号，之后由您邀请同事加入。" / "Create the workspace and its first account. You invite your colleagues afterwards.";
    workspace_name: "公司或团队名称" / "Company or team";
    your_name: "您的姓名" / "Your name";
    show: "显示" / "Show";
    hide: "隐藏" / "Hide";
    copy: "复制" / "Copy";
    copied: "已复制" / "Copied";
    not_copied: "浏览器不允许复制，请手动选中后复制。" / "The browser does not allow copying; please select the text and copy it yourself.";
    done: "完成" / "Done";
    two_steps: "两步验证" / "Two-step sign-in";
    code: "验证码" / "Code";
    code_text: "请输入验证器应用上显示的 6 位验证码。" / "Enter the six digits your authenticator app shows.";
    recovery_code: "恢复码" / "Recovery code";
    recovery_code_text: "请输入开启两步验证时保存的任意一个恢复码，每个只能用一次。" / "Enter one of the codes you kept when you turned two-step sign-in on. Each works once.";
    use_recovery: "使用恢复码" / "Use a recovery code";
    use_app: "使用验证器应用" / "Use the authenticator app";
    other_account: "返回" / "Go back";
    welcome: "欢迎" / "Welcome";
    welcome_text: "请设置登录密码，设置后直接进入系统。" / "Choose a password. You are signed in right after.";
    forgot: "忘记密码？" / "Forgot your password?";
    forgot_title: "忘记密码" / "Forgot your password";
    forgot_text: "输入登录邮箱，我们会发送重设密码的链接。" / "Enter the e-mail address you sign in with. We send a link to set a new password.";
    send_link: "发送链接" / "Send the link";
    forgot_sent: "请查收邮件" / "Look into your mail";
    forgot_sent_text: "如果“{}”可以登录，重设密码的链接已发出，1 小时内有效。没有收到请查看垃圾邮件。" / "If “{}” can sign in, a link is on its way; it is good for 1 hour. If nothing comes, look into your spam folder.";
    reset_title: "设置新密码" / "Set a new password";
    reset_text: "设置后，之前的登录会全部退出。" / "All earlier sign-ins end with it.";
    new_password: "新密码" / "New password";
    set_password: "设置密码并登录" / "Set password and sign in";
    link_dead: "链接已失效" / "This link no longer works";
    link_dead_text: "链接可能已使用过、已过期，或被新的链接取代。请重新获取，或让管理员重新发送；已有密码可直接登录。" / "It may have been used, have expired, or been replaced by a newer one. Get a new one or ask an administrator; if you have a password, just sign in.";
    to_sign_in: "去登录" / "Go to sign-in";
    password_hint: "8 到 128 个字符，请避免常见密码。" / "8 to 128 characters, no common password.";
    create_workspace: "创建工作区" / "Create workspace";

    // Lists
    filter: "筛选" / "Filter";
    add_filter: "添加筛选条件" / "Add a filter";
    edit_filter: "修改筛选条件" / "Change this filter";
    clear_filters: "清除搜索和筛选" / "Clear search and filters";
    condition: "条件" / "Condition";
    columns: "列" / "Columns";
    default_columns: "恢复默认列" / "Default columns";
    sort_by: "按此列排序" / "Sort by this column";
    new_of: "新建{}" / "New {}";
    create_of: "创建{}" / "Create {}";
    created: "已创建“{}”" / "“{}” created";
    more_fields: "显示全部字段" / "Show all fields";
    no_records_yet: "还没有{}" / "No {} yet";
    no_records_text: "新建第一条{}，或从表格文件导入。" / "Create the first {}, or import a file.";
    none_of: "还没有{}" / "No {} yet";
    nothing_found_text: "换个关键词，或去掉一些筛选条件。" / "Try other words, or take away a filter.";
    op_is: "是" / "is";
    op_is_not: "不是" / "is not";
    op_contains: "包含" / "contains";
    op_starts: "开头是" / "starts with";
    is_empty: "为空" / "Is empty";
    is_filled: "不为空" / "Is filled";
    at_least: "最小" / "At least";
    at_most: "最大" / "At most";
    f_is: "{}：{}" / "{} is {}";
    f_is_not: "{}不是{}" / "{} is not {}";
    f_from: "{} ≥ {}" / "{} ≥ {}";
    f_more: "{} > {}" / "{} > {}";
    f_to: "{} ≤ {}" / "{} ≤ {}";
    f_less: "{} < {}" / "{} < {}";
    f_contains: "{}包含“{}”" / "{} contains “{}”";
    f_starts: "{}开头是“{}”" / "{} starts with “{}”";
    f_empty: "{}为空" / "{} is empty";
    f_filled: "{}不为空" / "{} is filled";
    f_between: "{}：{} 至 {}" / "{}: {} to {}";
    me_of: "我（{}）" / "Me ({})";
    today: "今天" / "Today";
    yesterday: "昨天" / "Yesterday";
    tomorrow: "明天" / "Tomorrow";
    this_week: "本周" / "This week";
    last_week: "上周" / "Last week";
    next_week: "下周" / "Next week";
    this_month: "本月" / "This month";
    last_month: "上月" / "Last month";
    next_month: "下月" / "Next month";
    this_quarter: "本季度" / "This quarter";
    last_30_days: "最近 30 天" / "Last 30 days";
    next_30_days: "未来 30 天" / "Next 30 days";

    select_row: "选择“{}”" / "Select “{}”";
    select_all: "选择已加载的全部" / "Select all that are loaded";
    n_selected: "已选 {} 条" / "{} selected";
    clear_selection: "取消选择" / "Clear";
    bulk_actions: "批量操作" / "Do to all selected";
    transfer: "转移" / "Transfer";
    transfer_title: "转移“{}”" / "Transfer “{}”";
    transfer_many: "转移选中的 {} 条记录" / "Transfer {} selected records";
    new_owner: "新负责人" / "New owner";
    choose_owner: "请选择新负责人。" / "Choose the new owner.";
    goes_along: "一并转移" / "What goes along";
    also_closed: "包括已关闭的商机和已完成的任务" / "Also closed deals and done tasks";
    also_others: "包括由其他人负责的记录" / "Also what other people own";
    reason_optional: "原因（选填）" / "Reason (optional)";
    transferred: "已转移：{}" / "Transferred: {}";
    nothing_transferred: "新负责人没有变化，未转移任何记录。" / "They had this owner already; nothing was transferred.";
    bulk_done: "已处理 {} 条" / "{} done";
    bulk_partly: "已处理 {} 条；{} 条刚被修改或没有权限，未处理。" / "{} done; {} were left alone (just changed, or not allowed).";
    bulk_delete_text: "选中的 {} 条会移到回收站。" / "{} selected records move to the recycle bin.";

    // A record
    open_page: "打开完整页面" / "Open as a page";
    sections: "分区" / "Sections";
    details: "详情" / "Details";
    record_info: "记录信息" / "About this record";
    timeline: "动态" / "Timeline";
    history: "修改历史" / "History";
    the_system: "系统" / "The system";
    delete_title: "移到回收站？" / "Move to the recycle bin?";
    delete_text: "“{}”会移到回收站，列表和搜索里不再出现。" / "“{}” moves to the recycle bin and leaves lists and search.";
    moved_to_bin: "“{}”已移到回收站" / "“{}” moved to the recycle bin";
    changed_since: "这条记录之后又被修改过，没有撤销。" / "The record has changed since; nothing was undone.";
    changed_look_again: "这条记录刚被别人修改，已显示最新内容，请确认后再试。" / "Somebody just changed this record. You now see the latest; please check and try again.";
    conflict_title: "有人先改了这条记录" / "Somebody was faster";
    conflict_text: "您编辑“{}”期间，别人已经保存了修改。请逐项选择保留哪个。" / "While you were editing “{}”, somebody else saved. Choose for each field what to keep.";
    mine: "我的修改" / "Mine";
    theirs: "现在的内容" / "Theirs";
    they_also_changed: "对方还修改了：" / "They also changed:";
    keep_theirs: "放弃我的修改" / "Discard mine";
    apply_choice: "按选择保存" / "Save the choice";

    // The recycle bin
    bin: "回收站" / "Recycle bin";
    bin_text: "删除的记录都在这里，可以随时恢复。" / "What was deleted is kept here and can be restored.";
    bin_empty: "回收站是空的" / "The recycle bin is empty";
    bin_empty_text: "没有已删除的{}。" / "There are no deleted {}.";
    deleted_at: "删除于 {}" / "deleted {}";
    restore: "恢复" / "Restore";
    restore_of: "恢复“{}”" / "Restore “{}”";
    restored: "“{}”已恢复" / "“{}” is restored";

    // The timeline
    kind_of_entry: "记录类型" / "Kind of entry";
    write_note: "写下备注…" / "Write a note…";
    write_call: "电话里谈了什么？" / "What was the call about?";
    write_visit: "见了谁，谈了什么？" / "Whom did you meet, and what came of it?";
    write_email: "邮件的要点" / "What was the e-mail about?";
    next_step: "下一步" / "Next step";
    next_follow_up: "下次跟进" / "Next follow-up";
    happened_at: "发生时间（默认现在）" / "When (now if empty)";
    all_activities: "全部动态" / "All activity";
    outcome: "结果" / "Outcome";
    ctrl_enter: "Ctrl + Enter 保存" / "Ctrl + Enter saves";
    follow_up: "写跟进" / "Log activity";
    log_it: "记录" / "Log it";
    logged: "已记录" / "Logged";
    minutes: "{} 分钟" / "{} minutes";
    no_activity: "还没有跟进记录" / "Nothing has happened yet";
    no_activity_text: "打过的电话、拜访和备注都会留在这里。" / "Calls, visits and notes are kept here.";

    // Leads
    mark_contacted: "标为已联系" / "Mark as contacted";
    mark_qualified: "标为已确认" / "Mark as qualified";
    reopen: "重新打开" / "Reopen";
    convert: "转化" / "Convert";
    close_lead: "关闭线索" / "Close this lead";
    disqualify: "标为无效" / "Disqualify";
    convert_title: "转化线索“{}”" / "Convert the lead “{}”";
    new_customer: "新建客户" / "New customer";
    existing_customer: "关联已有客户" / "Existing customer";
    customer_name: "客户名称" / "Name of the customer";
    choose_customer: "请选择一个客户。" / "Choose a customer.";
    make_contact: "同时把“{}”建为联系人" / "Make “{}” a contact";
    make_opportunity: "同时新建商机" / "Create an opportunity";
    lead_converted: "线索“{}”已转化" / "The lead “{}” was converted";
    converted_at: "已于 {} 转化" / "Converted {}";

    // Opportunities and the board
    win: "赢单" / "Won";
    lose: "输单" / "Lost";
    won: "赢单" / "Won";
    lost: "输单" / "Lost";
    open: "进行中" / "Open";
    reopened: "已重新打开" / "Reopened";
    won_said: "“{}”赢单了！" / "“{}” is won!";
    lost_said: "“{}”已标为输单" / "“{}” is marked as lost";
    lose_title: "“{}”为什么输单？" / "Why was “{}” lost?";
    mark_lost: "标为输单" / "Mark as lost";
    say_why: "请选择输单原因，方便以后改进。" / "Say why, so that the next one goes better.";
    moved_to: "“{}”已移到“{}”" / "“{}” moved to {}";
    move_here: "移到“{}”" / "Move to {}";
    stage_path: "销售阶段" / "Stages";
    product_lines: "产品明细" / "Products";
    no_lines: "还没有产品明细。" / "No products yet.";
    quantity: "数量" / "Quantity";
    discount: "折扣（%）" / "Discount (%)";
    discount_short: "折扣" / "Discount";
    total: "小计" / "Total";
    sum: "合计" / "Sum";
    total_of: "合计 {}" / "Total {}";
    add_line: "添加产品" / "Add a product";
    all_owners: "全部负责人" / "All owners";
    filter_by_owner: "按负责人筛选" / "Filter by owner";
    quick_edit: "快速编辑" / "Quick edit";
    card: "商机卡片，可移动" / "opportunity card, can be moved";
    board_keys: "按空格拿起卡片，用左右方向键换阶段，回车放下，Esc 放回原处；按 E 快速编辑。" / "Space lifts a card, left and right arrows change the stage, Enter drops it, Escape puts it back; E edits it.";
    lifted: "已拿起“{}”" / "“{}” lifted";
    put_back: "已放回原处" / "Put back";
    over_stage: "在“{}”上方，第 {} 个阶段，共 {} 个" / "Over {}, stage {} of {}";
    dropped_in: "“{}”已放到“{}”" / "“{}” dropped in {}";
    and_more: "还有 {} 个，在列表中查看" / "{} more, see the list";
    weighted: "加权 {}（{}%）" / "weighted {} ({}%)";
    n_days: "{} 天" / "{} d";
    days_in_stage: "在此阶段的天数" / "Days in this stage";
    no_pipeline: "还没有销售流程" / "No pipeline yet";
    no_pipeline_text: "先在设置里建立销售流程和阶段。" / "Set up a pipeline and its stages first.";

    // Tasks
    whose: "谁的任务" / "Whose tasks";
    mine_only: "我的" / "Mine";
    everybody: "所有人" / "Everybody's";
    upcoming: "接下来" / "Upcoming";
    no_date: "没有截止日期" / "No due date";
    all_done: "都完成了" / "All done";
    all_done_text: "没有待办任务。休息一下，或者看看该跟进的客户。" / "Nothing is waiting. Take a breath, or look after a customer.";
    done_today: "今天已完成 {} 项" / "{} done today";
    add_task_hint: "添加任务，回车保存" / "Add a task and press Enter";
    due_day: "截止日期" / "Due date";
    due_tomorrow: "改到明天" / "Put off to tomorrow";
    due_next_week: "改到下周" / "Put off by a week";
    mark_done: "完成“{}”" / "Complete “{}”";
    task_done: "已完成“{}”" / "“{}” is done";
    task_reopened: "已重新打开“{}”" / "“{}” is open again";

    // The dashboard
    hello: "{}，您好" / "Hello, {}";
    pipeline_by_stage: "各阶段商机金额" / "Pipeline by stage";
    win_rate: "赢单率" / "Win rate";
    rate_of: "赢 {} / 已关闭 {}" / "{} won of {} closed";
    won_value: "赢单总额" / "Value won";
    won_by_month: "每月赢单金额" / "Value won by month";
    sales_by_owner: "各负责人赢单金额" / "Value won by owner";
    nobody: "无负责人" / "Nobody";
    stage_more: "{}，{} 个商机，加权 {}" / "{}, {} opportunities, weighted {}";
    month_more: "{}，{} 单" / "{}, {} deals";
    owner_more: "赢单 {}（{} 单），进行中 {}（{} 个）" / "{} won ({}), {} open ({})";
    no_figures: "还没有数据" / "No figures yet";
    no_figures_text: "有了商机，这里就会显示图表。" / "Charts appear once there are opportunities.";
    next_tasks: "接下来的任务" / "Next tasks";
    all_tasks: "全部任务" / "All tasks";

    // Import
    step_file: "选择文件" / "File";
    step_mapping: "对应字段" / "Columns";
    step_trial: "试运行" / "Trial";
    step_result: "结果" / "Result";
    import_what: "文件里是什么？" / "What is in the file?";
    choose_file: "选择文件，或拖到这里" / "Choose a file, or drop it here";
    file_hint: "CSV 或制表符分隔，UTF-8、GBK、GB18030、UTF-16 均可" / "CSV or tab-separated; UTF-8, GBK, GB18030 or UTF-16";
    read_file: "读取文件" / "Read the file";
    mapping_text: "请确认每一列对应哪个字段。文字显示不对时，换一种编码。" / "Check which column is which field. If the text looks wrong, choose another encoding.";
    encoding: "编码" / "Encoding";
    delimiter: "分隔符" / "Delimiter";
    comma: "逗号" / "Comma";
    semicolon: "分号" / "Semicolon";
    tab: "制表符" / "Tab";
    bar: "竖线" / "Vertical bar";
    reading_again: "正在重新读取…" / "Reading the file again…";
    column_in_file: "文件中的列" / "Column in the file";
    field_here: "对应字段" / "Field";
    leave_out: "不导入" / "Leave out";
    try_it: "试运行" / "Trial run";
    trial_says: "试运行结果（尚未写入）" / "What would happen (nothing is written yet)";
    import_now: "开始导入" / "Import now";
    import_done: "导入完成" / "Import finished";
    import_failed: "导入失败" / "The import failed";
    import_cancelled: "导入已取消" / "The import was cancelled";
    rows_so_far: "已处理 {} 行" / "{} rows so far";
    rows_read: "总行数" / "rows";
    would_create: "将新建" / "to create";
    were_created: "已新建" / "created";
    would_update: "将更新" / "to update";
    were_updated: "已更新" / "updated";
    unchanged: "无变化" / "unchanged";
    rows_failed: "有错误" / "with errors";
    causes: "错误原因" / "Why rows failed";
    warnings: "提醒" / "Good to know";
    new_values: "文件带来的新选项" / "New values from the file";
    n_rows: "{} 行" / "{} rows";
    first_lines: "，最先出现在第 {} 行" / ", first in line {}";
    in_column: "，列“{}”" / ", column “{}”";
    take_suggestion: "改为“{}”" / "Take “{}”";
    error_file: "下载未导入的行" / "Download the rows left out";
    another_file: "再导入一个文件" / "Import another file";
    show_records: "查看记录" / "Show the records";

    // Unsaved changes
    leave_title: "有未保存的修改" / "There are unsaved changes";
    leave_text: "离开后这些修改会丢失。" / "They are lost when you leave.";
    leave: "放弃修改并离开" / "Leave without saving";
    unsaved: "有未保存的修改" / "Unsaved changes";
    discard: "放弃修改" / "Discard changes";

    // Roles
    roles_text: "角色决定用户能对哪些记录做什么、管到多大范围。一个用户可以有多个角色，权限相加。" / "Roles say what people may do, to which records, and how far it reaches. Several roles of a user add up.";
    role_builtin: "内置" / "Built-in";
    role_own: "自定义" / "Your own";
    role_builtin_text: "内置角色不能修改。需要调整时，请复制一份再修改。" / "A built-in role cannot be changed. Copy it and change the copy.";
    new_role: "新建角色" / "New role";
    create_role: "创建角色" / "Create role";
    copy_of: "复制角色“{}”" / "Copy the role “{}”";
    copy_named: "{}（副本）" / "{} (copy)";
    copy_role: "复制角色" / "Copy role";
    role_from: "权限来自" / "Start from the rights of";
    role_from_nothing: "空白（没有任何权限）" / "Nothing (no rights at all)";
    description: "说明" / "Description";
    one_user: "{} 个用户" / "{} user";
    n_users: "{} 个用户" / "{} users";
    role_holders: "使用此角色的用户" / "Who has this role";
    nobody_has: "还没有用户使用此角色。" / "Nobody has this role yet.";
    delete_role: "删除角色" / "Delete role";
    delete_role_title: "删除角色“{}”？" / "Delete the role “{}”?";
    delete_role_text: "角色会移到回收站。仍有用户使用的角色不能删除。" / "It moves to the recycle bin. A role that somebody has cannot be deleted.";
    rights: "操作权限" / "Rights";
    rights_text: "每一格表示能对多大范围的记录做这项操作。没有单独设置的类型，按“所有其他类型”一行；没有单独设置的操作，按“其他操作”一列。" / "Each cell says how far the action reaches. Kinds without rights of their own go by the row “All other kinds”, actions by the column “Other actions”.";
    rights_keys: "方向键在格子间移动；0 无、1 本人、2 本团队、3 本团队及下级、4 全部；退格键恢复默认。" / "Arrows move between cells; 0 none, 1 own, 2 team, 3 team and below, 4 all; Backspace goes back to the default.";
    no_rights: "无权限" / "No rights";
    follows: "{}（默认）" / "{} (default)";
    follows_rest: "按“所有其他类型”" / "as all other kinds";
    follow_rest: "“{}”改回按“所有其他类型”" / "Let “{}” go by “All other kinds” again";
    field_rights: "字段权限" / "Field rights";
    field_rights_text: "隐藏的字段在列表、详情、搜索、导出和历史里都看不到；脱敏只显示头尾几个字符。用户有多个角色时，以最宽松的为准。" / "A hidden field is gone from lists, pages, search, exports and history; a masked one shows its ends only. Of several roles, the most generous one counts.";
    n_restricted: "{} 个字段受限" / "{} restricted";
    role_merged: "别人刚修改了这个角色。您的修改已加在最新内容上，请确认后再保存。" / "Somebody just changed this role. Your changes now stand on the latest; check them and save again.";
    take_theirs: "采用对方的" / "Take theirs";

    // The audit log
    audit_log: "审计日志" / "Audit log";
    audit_text: "谁在什么时候改了什么，包括登录。写入后不能修改或删除。" / "Who changed what and when, sign-ins included. Entries cannot be altered or deleted.";
    audit_none: "没有符合条件的日志" / "No such entries";
    audit_covered: "您无权查看这条记录，内容已隐去。" / "You may not see this record, so its contents are left out.";
    audit_file: "审计日志.csv" / "audit-log.csv";
    export_csv: "导出 CSV" / "Export CSV";
    who: "操作人" / "Who";
    record_kind: "类型" / "Kind";
    all_kinds: "全部类型" / "All kinds";
    all_actions: "全部操作" / "All actions";
    changed_field: "字段" / "Field";
    any_field: "任意字段" / "Any field";
    request_number: "请求编号" / "Request";
    system_only: "仅系统操作" / "The system only";
    this_record: "只看这条记录" / "This record only";
    signed_in: "登入" / "Signed in";
    signed_out: "退出" / "Signed out";
    is_deleted: "已删除" / "Deleted";
    from_address: "来自 {}" / "from {}";
    network_address: "网络地址" / "Address";
    browser: "浏览器" / "Browser";
    n_fields: "{} 个字段" / "{} fields";
    n_items: "{} 项" / "{} items";

    // Settings
    profile: "个人设置" / "Profile";
    roles: "角色" / "Roles";
    profile_text: "姓名会显示给同事；语言和时区决定您看到的文字和时间。" / "Colleagues see your name; language and time zone decide what you read and when things are.";
    workspace_zone: "跟随工作区：{}" / "As the workspace: {}";
    profile_changed: "资料刚在别处被修改，已显示最新内容，请确认后再保存。" / "Your profile was just changed elsewhere. You now see the latest; please check and save again.";
    change_password: "修改密码" / "Change password";
    current_password: "当前密码" / "Current password";
    password_text: "修改后，其他设备上的登录会全部退出。" / "Changing it signs you out on all other devices.";
    password_changed: "密码已修改，其他设备已退出登录" / "Password changed; other devices are signed out";
    two_steps_text: "登录时除密码外，还要输入手机验证器应用上的一次性验证码。" / "Signing in then also takes a one-time code from an app on your phone.";
    turned_on: "已开启" / "On";
    turned_off: "未开启" / "Off";
    turn_on: "开启两步验证" / "Turn on two-step sign-in";
    turn_off: "关闭两步验证" / "Turn off two-step sign-in";
    turn_off_text: "关闭后只凭密码即可登录。请输入密码确认是您本人。" / "Afterwards the password alone is enough. Enter it to show that it is you.";
    factor_on_said: "两步验证已开启" / "Two-step sign-in is on";
    factor_off_said: "两步验证已关闭" / "Two-step sign-in is off";
    scan_text: "用验证器应用扫描二维码，或手动输入密钥；然后填写应用显示的验证码。" / "Scan this with an authenticator app, or type the key into it; then enter the code it shows.";
    qr_label: "两步验证的二维码" / "QR code for the authenticator app";
    factor_key: "密钥" / "Key";
    recovery_codes: "恢复码" / "Recovery codes";
    recovery_text: "手机丢失时用恢复码登录，每个只能用一次。只显示这一次，请妥善保存。" / "If you lose your phone, these sign you in, each once. They are shown only now: keep them somewhere safe.";
    codes_kept: "我已保存" / "I have kept them";
    download: "下载" / "Download";
    recovery_file: "恢复码.txt" / "recovery-codes.txt";
    sessions: "登录的设备" / "Where you are signed in";
    this_device: "当前设备" / "This device";
    seen: "最近使用：{}" / "Last used {}";
    sign_out_there: "退出" / "Sign out";
    sign_out_of: "退出“{}”" / "Sign out “{}”";
    signed_out_there: "已退出“{}”" / "“{}” is signed out";
    sign_out_others: "退出其他所有设备" / "Sign out everywhere else";
    sign_out_others_text: "除当前设备外，其他设备都要重新登录。" / "All devices but this one have to sign in again.";
    signed_out_others: "其他设备已全部退出" / "All other devices are signed out";
    no_other_sessions: "没有在其他设备上登录。" / "You are signed in nowhere else.";
    agent_on: "{}（{}）" / "{} on {}";
    wechat: "微信" / "WeChat";
    agent_unknown: "未知设备" / "Unknown device";
    user_disabled: "已停用" / "Disabled";
    user_known: "可以登录" / "Can sign in";
    user_ready: "从未登录" / "Not signed in yet";
    user_invited: "已邀请" / "Invited";
    user_late: "邀请已过期" / "Invitation expired";
    user_none: "无法登录" / "Cannot sign in";
    no_address: "填写邮箱后才能邀请登录。" / "Enter an e-mail address to invite this user.";
    invite: "邀请" / "Invite";
    invite_again: "重新邀请" / "Invite again";
    reset_password: "重设密码链接" / "Link for a new password";
    link: "链接" / "Link";
    link_for: "发给“{}”的链接" / "A link for “{}”";
    link_text: "请把链接发给本人，打开后自行设置密码。链接只显示这一次，只能用一次；之前的链接随之失效。" / "Send it to them; it lets them set a password. It is shown only now and works once; earlier links stop working.";
    link_sent: "已发送到 {}。" / "Sent to {}.";
    link_sent_text: "链接只显示这一次，只能用一次；之前的链接随之失效。如果对方没有收到，也可以复制给他。" / "It is shown only now and works once; earlier links stop working. If the message does not arrive, you can hand the link on yourself.";
    link_until: "{} 前有效" / "Good until {}";
    members: "成员" / "Members";
    no_members: "还没有成员。" / "Nobody belongs to this team yet.";
    joined_teams: "加入的其他团队" / "Other teams";
    no_joined_teams: "没有加入其他团队。" / "In no other team.";
    home_team: "所属团队" / "At home here";
    add_of: "添加{}" / "Add: {}";
    take_out_of_team: "移出“{}”" / "Take out {}";
    hand_over: "交接" / "Hand over";
    hand_over_title: "交接“{}”名下的记录" / "Hand over what {} has";
    hand_over_text: "名下的全部记录（包括回收站中的）和所负责的团队都交给接收人。" / "All records they own, also those in the recycle bin, and the teams they lead go to the receiver.";
    hand_over_nothing: "名下没有记录。" / "They own nothing.";
    in_bin: "（回收站 {}）" / " ({} in the recycle bin)";
    receiver: "接收人" / "Receiver";
    choose_receiver: "请选择接收人。" / "Choose the receiver.";
    disable_too: "同时停用该用户，此后不会再有新记录归其名下" / "Disable the user first, so that nothing new arrives";
    start_hand_over: "开始交接" / "Hand over";
    handed_over_so_far: "已交接 {} / {}" / "{} of {} handed over";
    handed_over: "已交接：{}" / "Handed over: {}";
    hand_over_failed: "交接未完成" / "The hand-over did not end well";
    hand_over_cancelled: "交接已取消，已交接的记录保持不变。" / "The hand-over was cancelled; what has been handed over stays so.";
    hand_over_goes_on: "可以关闭此窗口，交接会在后台继续。" / "You can close this; it goes on in the background.";
    stop_hand_over: "停止交接" / "Stop";
    disable: "停用" / "Disable";
    disable_title: "停用“{}”？" / "Disable “{}”?";
    disable_text: "该用户会立即退出登录，且不能再登录；名下的记录不变，可以随时启用。" / "They are signed out at once and cannot come back in. What they own stays theirs, and you can enable them again.";
    enable: "启用" / "Enable";
    reset_factor: "重置两步验证" / "Reset two-step sign-in";
    reset_factor_title: "重置“{}”的两步验证？" / "Reset two-step sign-in of “{}”?";
    reset_factor_text: "之后只凭密码即可登录，本人可重新开启。请先确认确实是本人要求。" / "The password alone is then enough until they turn it on again. Make sure that it is really them who asks.";
    // API keys
    api_keys: "API 密钥" / "API keys";
    api_key: "API 密钥" / "API key";
    api_keys_text: "程序用密钥以您的身份读写数据，不会超出您自己的权限。" / "A program uses a key to read and write in your name, and never more than you may yourself.";
    api_docs: "接口文档" / "API documentation";
    my_keys: "我的" / "Mine";
    all_keys: "所有人的" / "Everybody's";
    new_key: "新建密钥" / "New key";
    make_key: "创建密钥" / "Create key";
    no_keys: "还没有密钥" / "No keys yet";
    no_keys_text: "给每个程序单独建一个密钥，不用时可以单独撤销。" / "Give each program a key of its own, so that you can revoke it alone.";
    key_name: "名称" / "Name";
    key_name_hint: "用在哪里，例如：官网表单" / "Where it is used, such as: website form";
    expires: "有效期" / "Expires";
    in_30_days: "30 天" / "In 30 days";
    in_90_days: "90 天" / "In 90 days";
    in_a_year: "365 天" / "In 365 days";
    on_a_day: "指定日期…" / "On a day…";
    last_day: "最后一天" / "Last day";
    never: "永不过期" / "Never";
    never_text: "永不过期的密钥一旦泄露会一直有效，请定期轮换。" / "A key that never expires works for whoever finds it: rotate it now and then.";
    scopes: "权限范围" / "Scopes";
    scopes_text: "只勾选程序需要的。写入包含读取、新建、修改和删除。" / "Tick only what the program needs. Writing includes reading, creating, changing and deleting.";
    records: "数据" / "Records";
    all_records: "全部" / "All records";
    scope_read: "读取" / "Read";
    scope_write: "写入" / "Write";
    scope_of: "{}：{}" / "{}: {}";
    key_made: "“{}”的密钥" / "The key of “{}”";
    key_once: "请立即复制并妥善保存：密钥只显示这一次。" / "Copy it now and keep it safe: it is shown only this once.";
    key_use: "在请求头中使用：" / "Send it with each request:";
    key_kept: "我已保存" / "I have kept it";
    never_used: "从未使用" / "Never used";
    key_ends: "{} 过期" / "Expires {}";
    key_ended: "{}已过期" / "Expired {}";
    key_revoked_at: "{}已撤销" / "Revoked {}";
    key_without_end: "永不过期" / "Never expires";
    rename: "重命名" / "Rename";
    rename_of: "重命名“{}”" / "Rename “{}”";
    rotate: "轮换" / "Rotate";
    rotate_of: "轮换“{}”" / "Rotate “{}”";
    rotate_text: "会生成新的密钥，名称和权限范围不变。" / "This makes a new secret; name and scopes stay.";
    old_secret: "旧密钥" / "The old secret";
    old_ends_now: "立即失效" / "Ends at once";
    old_ends_hour: "1 小时后失效" / "Ends in 1 hour";
    old_ends_day: "24 小时后失效" / "Ends in 24 hours";
    revoke: "撤销" / "Revoke";
    revoke_of: "撤销“{}”" / "Revoke “{}”";
    revoke_text: "使用该密钥的程序会立即无法访问，且不能恢复。" / "Programs that use this key are refused from now on. This cannot be undone.";
    key_revoked: "密钥已撤销" / "Key revoked";
    pipelines_stages: "销售流程与阶段" / "Pipelines and stages";
    move_up: "上移" / "Move up";
    move_down: "下移" / "Move down";
    picklists_text: "每行一个选项。删掉的选项不再提供，已有记录保持不变。" / "One value a line. What you take away is no longer offered; records keep it.";
    my_account: "我的账户" / "My account";
    people: "用户与团队" / "People";
    calendar: "日历" / "Calendar";
    company: "公司" / "Company";
    remove_of: "移除“{}”" / "Remove “{}”";
    company_text: "所有同事都能看到这里的信息。" / "Everybody in the company sees this.";
    base_currency: "本位币" / "Base currency";
    base_currency_text: "合计、排序和筛选都按本位币计算。" / "Sums, sorting and filters work in this currency.";
    base_currency_is: "本位币为 {}（{}）。" / "The base currency is {} ({}).";
    currency_named: "{} {}" / "{} {}";
    currencies_rates: "币种与汇率" / "Currencies and rates";
    rates_text: "金额按填写当天的汇率折合本位币；赢单和输单按关闭当天的汇率。" / "An amount is worth the rate of the day it is written; a won or lost deal that of the day it is closed.";
    add_currency: "添加币种" / "Add currency";
    add_rate: "添加汇率" / "Add rate";
    add_rate_of: "添加 {} 的汇率" / "Add a rate of {}";
    rate_for: "外币数量" / "Units of the currency";
    rate_in: "折合 {}" / "Worth in {}";
    valid_since: "{} 起" / "since {}";
    holds_now: "当前" / "Current";
    no_rates: "还没有汇率，该币种的金额暂时无法保存。" / "No rate yet: amounts in this currency cannot be saved.";
    no_currencies: "只使用本位币" / "Only the base currency is in use";
    no_currencies_text: "添加其他币种和汇率后，就可以用它们填写金额。" / "Add another currency and its rate to take amounts in it.";
    revalue_title: "按今天的汇率重新折算" / "Value amounts anew";
    revalue_text: "进行中的商机、产品售价和客户营业额改用今天的汇率；已关闭的商机不变。" / "Open opportunities, list prices and revenues take the rates of today; closed opportunities stay as they are.";
    revalue: "重新折算" / "Revalue";
    revalued: "已重新折算 {} 条记录" / "{} records revalued";
    worth: "约合 {}（汇率 {}）" / "About {} (rate {})";
    numbering_text: "新建的记录会自动编号，编号不会重复；已有记录保持不变。" / "New records are numbered by themselves, and no number comes twice. Records that are there stay as they are.";
    numbering_words: "可用：{yyyy} 年、{yy} 两位年、{mm} 月、{dd} 日、{00000} 流水号（0 的个数即位数）。" / "Use {yyyy}, {yy}, {mm} and {dd} for the date, and {00000} for the count with that many digits.";
    next_number: "下一个编号：{}" / "Next number: {}";
    work_calendar: "工作时间与财年" / "Working hours and fiscal year";
    working_hours: "工作时间" / "Working hours";
    working_hours_text: "按公司时区计算，用于按工作时间计算的期限。" / "In the time zone of the company; deadlines in working hours count by them.";
    no_work: "休息" / "Off";
    work_from: "{}的开始时间" / "{} from";
    work_to: "{}的结束时间" / "{} to";
    add_span: "添加时间段" / "Add hours";
    add_span_of: "添加{}的时间段" / "Add hours on {}";
    remove_span: "移除{}的时间段" / "Remove hours on {}";
    fiscal_year: "财年" / "Fiscal year";
    fiscal_year_text: "列表中的“本财年”“本财季”等条件从这个月算起。" / "“This fiscal year” and the like in lists count from this month.";
    this_fiscal_quarter: "本财季" / "This fiscal quarter";
    last_fiscal_quarter: "上财季" / "Last fiscal quarter";
    this_fiscal_year: "本财年" / "This fiscal year";
    last_fiscal_year: "上财年" / "Last fiscal year";
    holidays_text: "放假的日子不计工作时间；调休上班的日子按一周中第一个工作日的时间计算。" / "Days off count no working time; make-up days have the hours of the first working day of the week.";
    add_day: "添加日期" / "Add day";
    year: "年份" / "Year";
    year_before: "上一年" / "Year before";
    year_after: "下一年" / "Year after";
    copy_to_year: "复制到 {} 年" / "Copy to {}";
    days_copied: "已复制 {} 天到 {} 年，请核对日期" / "{} days copied to {}; check their dates";
    no_holidays: "{} 年还没有节假日" / "No holidays in {} yet";
    no_holidays_text: "可以逐日添加，或从 CSV 文件导入。" / "Add them one by one, or import a CSV file.";
    values_of: "“{}”的选项" / "Values of “{}”";
}
