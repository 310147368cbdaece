using Quai.Cli.Formatting;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Text from others, made safe for a terminal.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain ✔ └─ 漢字 😀 naïve", "plain ✔ └─ 漢字 😀 naïve")]
    [InlineData("a\u001b[31mb", "a\\u001b[31mb")]
    [InlineData("a\rb\0\a\b\u007f", "a\\u000db\\u0000\\u0007\\u0008\\u007f")]
    [InlineData("\u009b2J\u0085", "\\u009b2J\\u0085")]
    [InlineData("\u202egnp.exe\u2066\u200f\u061c", "\\u202egnp.exe\\u2066\\u200f\\u061c")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    public void Nothing_in_a_text_acts_on_a_terminal(string text, string shown) => Assert.Equal(shown, Printable.Text(text));

    [Fact]
    public void A_line_stays_one() => Assert.Equal("two\\u000alines\\u0009and a tab", Printable.Line("two\nlines\tand a tab"));

    [Fact]
    public void A_drawing_holds_no_commands_but_the_program_s() =>
        Assert.Equal("\u001b[2A\u001b[2K\rlayer\\u001b[2J\\u000a\r\u001b[2B", new Drawing().Up(2).NewLine().Line("layer\u001b[2J\n").Return().Up(-2).ToString());

    [Fact]
    public void JSON_stays_JSON() =>
        Assert.Equal("\u009bx", System.Text.Json.JsonDocument.Parse(Printable.Text("[\"\u009bx\"]")).RootElement[0].GetString());

    [Fact]
    public void A_table_s_row_is_one_line_on_a_terminal()
    {
        var table = new Table("table {{.A}}\t{{.B}}", new Dictionary<string, string> { ["A"] = "A", ["B"] = "B" });
        Row row = new Row("row").With("A", () => "x\nforged").With("B", () => "y");
        Assert.Equal(3, table.Render([row], terminal: true).Split('\n').Length);
        Assert.Equal(4, table.Render([row]).Split('\n').Length);
    }
}
