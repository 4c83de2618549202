//! Pairs of characters that go together and are read otherwise than each by itself: places, surnames of two characters,
//! and words that are frequent in names of firms.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::fold::simplify;

/// The reading of two characters that go together, where the characters by themselves are read otherwise.
pub(super) fn phrase(a: char, b: char) -> Option<[&'static str; 2]> {
    static KNOWN: LazyLock<HashMap<(char, char), [&str; 2]>> =
        LazyLock::new(|| [WORDS, SURNAMES, PLACES].into_iter().flat_map(read).collect());
    KNOWN.get(&(simplify(a), simplify(b))).copied()
}

fn read(list: &'static str) -> impl Iterator<Item = ((char, char), [&'static str; 2])> {
    list.split_terminator([';', '\n']).filter_map(|entry| {
        let mut parts = entry.split_whitespace();
        let mut pair = parts.next()?.chars();
        Some(((pair.next()?, pair.next()?), [parts.next()?, parts.next()?]))
    })
}

const WORDS: &str = "\
银行 yin hang;行业 hang ye;商行 shang hang;车行 che hang;行情 hang qing;分行 fen hang;支行 zhi hang;音乐 yin yue;乐器 yue qi;乐团 yue tuan
会计 kuai ji;首都 shou du;都市 du shi;调味 tiao wei;空调 kong tiao;调料 tiao liao;大夫 dai fu;校长 xiao zhang;成长 cheng zhang;增长 zeng zhang
生长 sheng zhang;重组 chong zu;重新 chong xin;调查 diao cha;调研 diao yan;调度 diao du;人参 ren shen;海参 hai shen;参茸 shen rong;供给 gong ji
给水 ji shui;效率 xiao lv;便宜 pian yi;大厦 da sha;贝壳 bei ke;传记 zhuan ji;薄荷 bo he;角色 jue se;处女 chu nv;快乐 kuai le;可乐 ke le";

const SURNAMES: &str = "\
单于 chan yu;尉迟 yu chi;万俟 mo qi;长孙 zhang sun;澹台 tan tai;乐正 yue zheng;子车 zi ju;宰父 zai fu;夹谷 jia gu;令狐 ling hu
亓官 qi guan;拓跋 tuo ba;可汗 ke han;龟兹 qiu ci;月氏 yue zhi;阏氏 yan zhi;冒顿 mo du;大宛 da yuan;皇甫 huang fu;谷浑 yu hun";

/// Places whose names the characters alone would misread: counties, cities and districts, and some well-known towns.
const PLACES: &str = "\
重庆 chong qing;厦门 xia men;成都 cheng du;西藏 xi zang;东莞 dong guan;蚌埠 beng bu;蚌山 beng shan;六安 lu an;六合 lu he;番禺 pan yu
乐清 yue qing;乐亭 lao ting;乐陵 lao ling;涡阳 guo yang;荥经 ying jing;荥阳 xing yang;莘庄 xin zhuang;莘县 shen xian;洪洞 hong tong;枞阳 zong yang
黄陂 huang pi;横陂 heng pi;繁峙 fan shi;繁昌 fan chang;珲春 hun chun;瑷珲 ai hui;筠连 jun lian;犍为 qian wei;台州 tai zhou;天台 tian tai
丽水 li shui;高丽 gao li;亳州 bo zhou;铅山 yan shan;大埔 da bu;黄埔 huang pu;长垣 chang yuan;长子 zhang zi;长治 chang zhi;子长 zi chang
尉犁 yu li;尉氏 wei shi;蔚县 yu xian;蔚州 yu zhou;井陉 jing xing;大城 dai cheng;任丘 ren qiu;任县 ren xian;任泽 ren ze;任城 ren cheng
蠡县 li xian;涿州 zhuo zhou;藁城 gao cheng;栾城 luan cheng;宝坻 bao di;泊头 bo tou;阜城 fu cheng;阜新 fu xin;阜阳 fu yang
曲阜 qu fu;曲阳 qu yang;曲沃 qu wo;曲靖 qu jing;曲江 qu jiang;曲周 qu zhou;河曲 he qu;垣曲 yuan qu;洛川 luo chuan;隰县 xi xian
解州 hai zhou;临猗 lin yi;稷山 ji shan;绛县 jiang xian;新绛 xin jiang;应县 ying xian;应城 ying cheng;宝应 bao ying;盂县 yu xian;岢岚 ke lan
静乐 jing le;长乐 chang le;将乐 jiang le;昌乐 chang le;南乐 nan le;平乐 ping le;乐平 le ping;乐安 le an;乐业 le ye;乐东 le dong
乐都 le du;乐至 le zhi;乐山 le shan;乐昌 le chang;民乐 min le;康乐 kang le;永乐 yong le;博乐 bo le;弥勒 mi le;宁乐 ning le
巴彦 ba yan;淖尔 nao er;磴口 deng kou;商都 shang du;扎兰 zha lan;扎赉 zha lai;扎鲁 zha lu;扎囊 zha nang;洛扎 luo zha;申扎 shen zha
尖扎 jian zha;札达 zha da;昆都 kun du;都仑 du lun;喀喇 ka la;喀什 ka shi;克什 ke shi;乌什 wu shi;什邡 shi fang;阿坝 a ba
阿荣 a rong;阿城 a cheng;阿拉 a la;阿克 a ke;阿勒 a le;阿巴 a ba;阿图 a tu;阿瓦 a wa;阿合 a he;东阿 dong e
岫岩 xiu yan;桓仁 huan ren;桓台 huan tai;台安 tai an;普兰 pu lan;盖州 gai zhou;调兵 diao bing;鲅鱼 ba yu;瓦房 wa fang;辽阳 liao yang
桦甸 hua dian;桦南 hua nan;桦川 hua chuan;磐石 pan shi;磐安 pan an;扶余 fu yu;洮南 tao nan;洮北 tao bei;临洮 lin tao;镇赉 zhen lai
图们 tu men;敦化 dun hua;穆棱 mu ling;绥棱 sui leng;丹棱 dan leng;讷河 ne he;勃利 bo li;嫩江 nen jiang;碾子 nian zi;密山 mi shan
闵行 min hang;徐汇 xu hui;漕泾 cao jing;溧水 li shui;溧阳 li yang;高淳 gao chun;栖霞 qi xia;邗江 han jiang;盱眙 xu yi;沭阳 shu yang
临沭 lin shu;宿迁 su qian;宿豫 su yu;宿城 su cheng;宿州 su zhou;宿松 su song;八宿 ba su;温宿 wen su;睢宁 sui ning;睢县 sui xian
睢阳 sui yang;邳州 pi zhou;赣榆 gan yu;盐都 yan du;江都 jiang du;句容 ju rong;高句 gao gou;甪直 lu zhi;浒墅 xu shu;浒浦 hu pu
如皋 ru gao;皋兰 gao lan;岚皋 lan gao;相城 xiang cheng;贾汪 jia wang;鄞州 yin zhou;嵊州 sheng zhou;嵊泗 sheng si;诸暨 zhu ji;拱墅 gong shu
长兴 chang xing;莲都 lian du;洞头 dong tou;洞口 dong kou;洞庭 dong ting;婺城 wu cheng;婺源 wu yuan;瓯海 ou hai;砀山 dang shan;埇桥 yong qiao
濉溪 sui xi;全椒 quan jiao;滁州 chu zhou;湾沚 wan zhi;歙县 she xian;黟县 yi xian;绩溪 ji xi;旌德 jing de;旌阳 jing yang;颍上 ying shang
叶集 ye ji;叶县 ye xian;叶城 ye cheng;凤台 feng tai;长丰 chang feng;闽侯 min hou;诏安 zhao an;长泰 chang tai;长汀 chang ting;柘荣 zhe rong
柘城 zhe cheng;芗城 xiang cheng;莆田 pu tian;邵武 shao wu;浦城 pu cheng;沙县 sha xian;屏南 ping nan;屏山 ping shan;屏边 ping bian;锦屏 jin ping
玉屏 yu ping;余干 yu gan;新干 xin gan;鄱阳 po yang;弋阳 yi yang;宁都 ning du;于都 yu du;都昌 du chang;会昌 hui chang;会理 hui li
会东 hui dong;会宁 hui ning;会同 hui tong;会泽 hui ze;新会 xin hui;会稽 kuai ji;万载 wan zai;万年 wan nian;万州 wan zhou;寻乌 xun wu
茌平 chi ping;冠县 guan xian;单县 shan xian;单城 shan cheng;郓城 yun cheng;鄄城 juan cheng;兖州 yan zhou;汶上 wen shang;汶川 wen chuan;峄城 yi cheng
台儿 tai er;费县 fei xian;莒县 ju xian;莒南 ju nan;郯城 tan cheng;临朐 lin qu;坊子 fang zi;牟平 mu ping;中牟 zhong mu;牟定 mou ding
芝罘 zhi fu;即墨 ji mo;长清 chang qing;无棣 wu di;沾化 zhan hua;沾益 zhan yi;淄川 zi chuan;莱芜 lai wu;济南 ji nan;济宁 ji ning
济源 ji yuan;济阳 ji yang;广饶 guang rao;饶平 rao ping;杞县 qi xian;栾川 luan chuan;偃师 yan shi;瀍河 chan he;郏县 jia xian;滑县 hua xian
浚县 xun xian;获嘉 huo jia;武陟 wu zhi;濮阳 pu yang;鄢陵 yan ling;长葛 chang ge;郾城 yan cheng;召陵 shao ling;南召 nan zhao;召南 shao nan
漯河 luo he;渑池 mian chi;淅川 xi chuan;泌阳 bi yang;浉河 shi he;平舆 ping yu;潢川 huang chuan;遂平 sui ping;遂宁 sui ning;遂昌 sui chang
遂川 sui chuan;遂溪 sui xi;郧阳 yun yang;郧西 yun xi;秭归 zi gui;宜都 yi du;猇亭 xiao ting;掇刀 duo dao;大冶 da ye;蕲春 qi chun
浠水 xi shui;监利 jian li;曾都 zeng du;安陆 an lu;硚口 qiao kou;长阳 chang yang;武穴 wu xue;耒阳 lei yang;郴州 chen zhou;汨罗 mi luo
澧县 li xian;临澧 lin li;沅陵 yuan ling;溆浦 xu pu;芷江 zhi jiang;攸县 you xian;醴陵 li ling;渌口 lu kou;长沙 chang sha;长宁 chang ning
长岭 chang ling;长寿 chang shou;长春 chang chun;长安 chang an;长江 chang jiang;长城 chang cheng;长白 chang bai;长海 chang hai;长武 chang wu;长顺 chang shun
延长 yan chang;天长 tian chang;华容 hua rong;华阴 hua yin;华州 hua zhou;华山 hua shan;五华 wu hua;番昌 fan chang;大余 da yu;鹤庆 he qing
澄海 cheng hai;澄迈 cheng mai;澄江 cheng jiang;澄城 cheng cheng;禅城 chan cheng;汕尾 shan wei;浈江 zhen jiang;深圳 shen zhen;氹仔 dang zai;麻涌 ma chong
葵涌 kui chong;东涌 dong chong;虾涌 xia chong;沙涌 sha chong;车陂 che bei;花都 hua du;邕宁 yong ning;百色 bai se;那坡 na po;纳雍 na yong
覃塘 qin tang;都安 du an;都匀 du yun;三都 san du;丰都 feng du;武都 wu du;新都 xin du;秦都 qin du;魏都 wei du;郫都 pi du
都江 du jiang;都兰 du lan;成华 cheng hua;岑溪 cen xi;岑巩 cen gong;忻城 xin cheng;儋州 dan zhou;崖州 ya zhou;綦江 qi jiang;涪陵 fu ling
垫江 dian jiang;酉阳 you yang;北碚 bei bei;潼南 tong nan;井研 jing yan;夹江 jia jiang;邛崃 qiong lai;古蔺 gu lin;射洪 she hong;射阳 she yang
阆中 lang zhong;珙县 gong xian;渠县 qu xian;朝天 chao tian;朝阳 chao yang;若尔 ruo er;色达 se da;色尼 se ni;甘孜 gan zi;江孜 jiang zi
冕宁 mian ning;得荣 de rong;西充 xi chong;六枝 liu zhi;六盘 liu pan;施秉 shi bing;册亨 ce heng;石阡 shi qian;湄潭 mei tan;望谟 wang mo
麻栗 ma li;丽江 li jiang;瑞丽 rui li;绿春 lv chun;绿园 lv yuan;个旧 ge jiu;漾濞 yang bi;勐海 meng hai;勐腊 meng la;呈贡 cheng gong
双柏 shuang bai;桐柏 tong bai;陇川 long chuan;宁蒗 ning lang;蒗蕖 lang qu;聂拉 nie la;萨嘎 sa ga;贡嘎 gong ga;噶尔 ga er;萨迦 sa jia
革吉 ge ji;卡若 ka ruo;工卡 gong ka;浪卡 lang ka;加查 jia cha;察隅 cha yu;贡觉 gong jue;昭觉 zhao jue;鄠邑 hu yi;麟游 lin you
吴堡 wu bu;寺堡 si bu;窑堡 yao bu;城堡 cheng bao;柞水 zha shui;泾阳 jing yang;旬邑 xun yi;岐山 qi shan;宁强 ning qiang
宕昌 tan chang;两当 liang dang;舟曲 zhou qu;玛曲 ma qu;碌曲 lu qu;崆峒 kong tong;称多 chen duo;刚察 gang cha;囊谦 nang qian;湟中 huang zhong
且末 qie mo;若羌 ruo qiang;焉耆 yan qi;库车 ku che;莎车 sha che;伽师 jia shi;鄯善 shan shan;吐鲁 tu lu;鲁番 lu fan;布查 bu cha
轮台 lun tai;奇台 qi tai;灵台 ling tai;高台 gao tai;东台 dong tai;鱼台 yu tai;三台 san tai;台前 tai qian;台江 tai jiang;台山 tai shan
台北 tai bei;台湾 tai wan;台中 tai zhong;烟台 yan tai;邢台 xing tai;丰台 feng tai;重阳 chong yang;重安 chong an;大厂 da chang;石家 shi jia
冼村 xian cun;甪里 lu li;十堰 shi yan;姜堰 jiang yan;贲门 ben men;牂牁 zang ke;褒城 bao cheng;郪江 qi jiang;洨河 xiao he;盩厔 zhou zhi
滹沱 hu tuo;淝河 fei he;叆阳 ai yang;埭溪 dai xi;龙窝 long wo;蛤蟆 ha ma;大栅 da shi;栅栏 zha lan;尖沙 jian sha;深水 shen shui
那曲 na qu;日喀 ri ka;曲水 qu shui;曲松 qu song;青浦 qing pu;黄浦 huang pu;漳浦 zhang pu;合浦 he pu;荔浦 li pu;浦东 pu dong
塘厦 tang xia;大涌 da chong;东涌 dong chong;葵涌 kui chong;三重 san chong;湾仔 wan zai;吐蕃 tu bo;句丽 gou li;丹棱 dan leng;绥棱 sui leng";
