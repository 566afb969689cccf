//! Emphasis with a symbol at its edge, and emphasis as the specification has it.

use super::*;

#[test]
fn a_symbol_at_its_edge_is_no_hindrance_beside_any_script() {
    for (markdown, html) in [
        ("**5€**的", "<strong>5€</strong>的"),
        ("**20℃**的", "<strong>20℃</strong>的"),
        ("**✅ 完成 ✅**然后", "<strong>✅ 完成 ✅</strong>然后"),
        ("**😀**好", "<strong>😀</strong>好"),
        ("**√**表示", "<strong>√</strong>表示"),
        ("**A→**是", "<strong>A→</strong>是"),
        ("结果**±5**以内", "结果<strong>±5</strong>以内"),
        ("温度**~5°**左右", "温度<strong>~5°</strong>左右"),
        ("价格**￥100**元", "价格<strong>￥100</strong>元"),
        ("价格**¥100**元", "价格<strong>¥100</strong>元"),
        ("售价**₩1000**입니다", "售价<strong>₩1000</strong>입니다"),
        ("ราคา**฿500**ครับ", "ราคา<strong>฿500</strong>ครับ"),
        ("ที่**“คำ”**ครับ", "ที่<strong>“คำ”</strong>ครับ"),
        ("面积**100㎡**左右", "面积<strong>100㎡</strong>左右"),
        ("含**≥95%**的", "含<strong>≥95%</strong>的"),
        ("标记**★★★**的", "标记<strong>★★★</strong>的"),
        ("**注意⚠️**请看", "<strong>注意⚠️</strong>请看"),
        ("这是**👍🏽**吗", "这是<strong>👍🏽</strong>吗"),
        (
            "이것은**🚀 시작**입니다",
            "이것은<strong>🚀 시작</strong>입니다",
        ),
        ("版权**©2024**所有", "版权<strong>©2024</strong>所有"),
        (
            "**商标®**和**名称™**的",
            "<strong>商标®</strong>和<strong>名称™</strong>的",
        ),
        ("使用*→*键", "使用<em>→</em>键"),
        ("~~5€~~的", "<del>5€</del>的"),
        ("***😀***好", "<em><strong>😀</strong></em>好"),
        ("今天😀**重点**是", "今天😀<strong>重点</strong>是"),
        (
            "**一**✅**二**✅",
            "<strong>一</strong>✅<strong>二</strong>✅",
        ),
        ("**ア・**の", "<strong>ア・</strong>の"),
        ("**စာ။**စာ", "<strong>စာ။</strong>စာ"),
    ] {
        assert_eq!(
            laid_out(markdown),
            format!("<p dir=\"auto\">{html}</p>"),
            "{markdown}"
        );
    }
}

/// Examples of CommonMark 0.31.2, section 6.2, by their numbers.
#[test]
fn latin_emphasis_is_as_the_specification_has_it() {
    for (number, markdown, html) in [
        (350, "*foo bar*", "<em>foo bar</em>"),
        (351, "a * foo bar*", "a * foo bar*"),
        (352, "a*\"foo\"*", "a*\"foo\"*"),
        (354, "*$*alpha.", "*$*alpha."),
        (354, "*£*bravo.", "*£*bravo."),
        (354, "*€*charlie.", "*€*charlie."),
        (355, "foo*bar*", "foo<em>bar</em>"),
        (356, "5*6*78", "5*6*78"),
        (358, "_ foo bar_", "_ foo bar_"),
        (359, "a_\"foo\"_", "a_\"foo\"_"),
        (360, "foo_bar_", "foo_bar_"),
        (361, "5_6_78", "5_6_78"),
        (363, "aa_\"bb\"_cc", "aa_\"bb\"_cc"),
        (364, "foo-_(bar)_", "foo-<em>(bar)</em>"),
        (366, "*foo bar *", "*foo bar *"),
        (368, "*(*foo)", "*(*foo)"),
        (369, "*(*foo*)*", "<em>(<em>foo</em>)</em>"),
        (370, "*foo*bar", "<em>foo</em>bar"),
        (372, "_(_foo)", "_(_foo)"),
        (374, "_foo_bar", "_foo_bar"),
        (377, "_(bar)_.", "<em>(bar)</em>."),
        (378, "**foo bar**", "<strong>foo bar</strong>"),
        (379, "** foo bar**", "** foo bar**"),
        (381, "foo**bar**", "foo<strong>bar</strong>"),
        (396, "foo**bar**", "foo<strong>bar</strong>"),
        (
            412,
            "*foo**bar**baz*",
            "<em>foo<strong>bar</strong>baz</em>",
        ),
        (413, "*foo**bar*", "<em>foo**bar</em>"),
        (
            416,
            "foo***bar***baz",
            "foo<em><strong>bar</strong></em>baz",
        ),
        (0, "**5€**s", "**5€**s"),
        (0, "a**±5**b", "a**±5**b"),
        (0, "a **✅ b ✅** c", "a <strong>✅ b ✅</strong> c"),
    ] {
        let paragraph = format!("<p dir=\"auto\">{html}</p>");
        assert_eq!(laid_out(markdown), paragraph, "{number}: {markdown}");
    }
}
